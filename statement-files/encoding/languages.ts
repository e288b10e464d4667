/** Which letters beyond ASCII the languages of bank files use, how often, and words that their exports begin with. */

export interface Language {
  /**
   * Its letters, the most frequent first, in lower case. Of `accents` the first ones stand for most of the text; an `alphabet`
   * is used as a whole.
   */
  letters: string
  kind: 'accents' | 'alphabet'
  /** Words of headers and of payments, with the letters that tell them apart. */
  words: string
  /** How much rarer its files are than others, as a logarithm. */
  rarity: number
}

const accents = (letters: string, words: string, rarity = 0): Language => ({
  letters,
  kind: 'accents',
  words,
  rarity,
})

const alphabet = (letters: string, words: string, rarity = 0): Language => ({
  letters,
  kind: 'alphabet',
  words,
  rarity,
})

const western: readonly Language[] = [
  accents('éèàçêôùîâûëïœü', 'libellé prélèvement débit crédit opération numéro société reçu chèque référence montant solde virement'), // prettier-ignore
  accents('üäößé', 'buchungstag empfänger währung gläubiger überweisung gebühr begünstigter betrag verwendungszweck gutschrift'), // prettier-ignore
  accents(
    'óíáñéúüºª¿¡',
    'descripción número operación nómina importe fecha concepto saldo transferencia',
  ),
  accents(
    'ãçáéóíõêâúàôºª',
    'descrição operação lançamento crédito débito histórico transferência movimento valor',
  ),
  accents('àèùìòé', 'descrizione importo valuta causale contabile città perché bonifico addebito'),
  accents('ëéïöüèçê', 'bedrag rekening omschrijving mededeling tegenpartij begunstigde financiële'),
  accents('åäöé', 'belopp bokföringsdag överföring insättning händelse beskrivning mottagare'),
  accents('äöå', 'määrä päivä selitys kirjauspäivä saaja viesti tilinumero'),
  accents('øåæéö', 'beløb bogført beløp bokført overførsel lønn dato betaling'),
  accents('áíðéóúöþæý', 'dagsetning upphæð skýring reikningur lýsing greiðsla', -1),
]

const eastern: readonly Language[] = [
  accents('łęóąśżćźń', 'kwota tytuł opłata płatność przelew wypłata wpłata księgowania odbiorca rachunek obciążenie opłat prąd środki', -0.5), // prettier-ignore
  accents(
    'íáěéřčžýšůúňťďóäöü',
    'částka měna účet zůstatek platba příjemce datum protiúčtu název převod',
    -0.5,
  ),
  accents(
    'áíéčžýšúľťňôäďóĺŕ',
    'čiastka suma účet zostatok názov platba dátum príjemca poznámka',
    -1,
  ),
  accents('éáóöőíüúű', 'összeg könyvelés dátum egyenleg közlemény számla utalás díj', -0.5),
  accents('ăîşţâșț', 'sumă dată tranzacție plată detalii încasare sold factură', -1),
  accents('čšžćđ', 'iznos datum opis račun uplata isplata promet stanje plaća plačilo znesek', -1),
]

const baltic: readonly Language[] = [
  accents('ėšžųįąūčęöä', 'suma data gavėjas mokėtojas paskirtis sąskaita mokėjimo grąžinimas', -1),
  accents('āīēšņļžķūčģ', 'summa datums saņēmējs maksājums konts apraksts maksātājs', -1),
  accents('äõüöšž', 'summa kuupäev selgitus saaja maksja konto väljamakse', -1),
]

const turkish: readonly Language[] = [
  accents(
    'ıişüğçöâî',
    'tarih açıklama tutar bakiye işlem maaş şube ödeme ücreti havale şirketi borç alacak',
    -0.5,
  ),
]

const vietnamese: readonly Language[] = [
  accents(
    'đưôêâăơ\u0301\u0300\u0309\u0303\u0323áàéèóòúùíìý',
    'ngày số tiền diễn giải chuyển khoản',
    -1,
  ),
]

const cyrillic: readonly Language[] = [
  alphabet('оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё', 'дата сумма остаток назначение платежа контрагент приход расход валюта счет дебет кредит операция описание'), // prettier-ignore
  alphabet(
    'аиоентрсвлкдпмзгъубчщжцйхяшфюь',
    'дата сума основание салдо дебит кредит контрагент вальор сметка описание превод плащане',
  ),
  alphabet(
    'оанивіертсклудмпязьгйбчхцжїюєшґщф',
    'дата сума призначення платежу залишок рахунок опис контрагент валюта операції',
  ),
  alphabet(
    'аиоенртсвкдулмпјзгбчшцжњхћљђфџ',
    'датум износ опис рачун стање уплата исплата промет сврха',
    -0.5,
  ),
]

const greek: readonly Language[] = [
  alphabet(
    'ατοινεσρκπυμλςηδόγίέωάύχθήφβξώζψϊϋ',
    'ημερομηνία ποσό υπόλοιπο περιγραφή αιτιολογία χρέωση πίστωση λογαριασμός',
  ),
]

const hebrew: readonly Language[] = [
  alphabet(
    'יוהלאתרבמשנדםכחפקעטגזסצןךףץ',
    'תאריך סכום יתרה זכות חובה תיאור אסמכתא פרטים העברה משכורת פעולה ערך בנק',
  ),
]

const arabic: readonly Language[] = [
  alphabet(
    'اليمونرتبةعدسفهكقحجشطصخأضذثزءغىئإآظؤـ',
    'التاريخ المبلغ الرصيد الوصف مدين دائن البيان تحويل رقم حساب',
  ),
]

const thai: readonly Language[] = [
  alphabet(
    'านรอกเงมยลวดทสตะปบค่้ิีัหแจพชขใไโผถธญณศษฐุูึื์็ำซฝฟภๆ',
    'วันที่ รายการ จำนวนเงิน ยอดคงเหลือ ถอนเงิน ฝากเงิน',
  ),
]

/** Syllables of half width, in which the banks of Japan write names. */
const katakana: readonly Language[] = [
  alphabet(
    'ﾝﾞｲｼｶﾄｳｽﾘｺﾐﾃｷﾖｸﾀﾗﾙｱﾏﾆｿｴﾅﾊﾟｻﾉﾓﾁﾎﾋﾌﾒﾕﾔｵｾﾈﾜﾑﾍﾇｹﾛﾚﾂｯｬｭｮｰｧｨｩｪｫｦ',
    'ﾌﾘｺﾐ ﾋﾂﾞｹ ﾃｷﾖｳ ｷﾝｶﾞｸ ｻﾞﾝﾀﾞｶ',
  ),
]

/** The languages written with one byte for each letter. */
export const languages: readonly Language[] = [
  western,
  eastern,
  baltic,
  turkish,
  vietnamese,
  cyrillic,
  greek,
  hebrew,
  arabic,
  thai,
  katakana,
].flat()

/** A language of many characters: those of bank files first, then all that its standard calls common. */
export interface Ideographic {
  often: string
  /** Rows of the standard's table by their first byte, and what its columns are, in an encoding that has them. */
  common: { encoding: string; rows: readonly [number, number]; columns: readonly [number, number] }
  /** Letters of a syllabary beside them. */
  syllables?: readonly [number, number][]
  words: string
}

export const ideographics: readonly Ideographic[] = [
  {
    often:
      '日付取引残高金額摘要預引出振込入出支店名手数料給与円銀行番号内容年月回本社会株式口座現在電気水道代税保険年金利息送',
    common: { encoding: 'euc-jp', rows: [0xb0, 0xcf], columns: [0xa1, 0xfe] },
    syllables: [
      [0x3041, 0x3096],
      [0x30a1, 0x30fc],
      [0xff66, 0xff9f],
    ],
    words: '取引日 日付 残高 金額 摘要 お預り金額 お引出し 振込 入金 出金 給与 手数料 入出金内容',
  },
  {
    often:
      '的一是在不了有和人这中大为上个国交易日期时间余额金额收入支出摘要对方账户帐户账号卡号转账汇款工资银行有限公司备注币种人民币借贷付款收款名称流水凭证手续费利息号元行发生用途类型消费本',
    common: { encoding: 'gb18030', rows: [0xb0, 0xd7], columns: [0xa1, 0xfe] },
    words: '交易日期 余额 金额 收入 支出 摘要 账户 账号 转账 工资 对方户名 备注',
  },
  {
    often:
      '的一是在不了有和人這中大為上個國交易日期時間餘額金額存入提出支出收入摘要對方帳戶帳號轉帳匯款薪資銀行有限公司備註幣別說明手續費利息號元行發生用途類型結餘存款',
    common: { encoding: 'big5', rows: [0xa4, 0xc6], columns: [0x40, 0xfe] },
    words: '交易日期 餘額 金額 存入 支出 摘要 帳號 轉帳 薪資 備註 說明 結餘',
  },
  {
    often:
      '이다는에가을의고은하거래일자시간잔액입금출금적요내용금액찾으신맡기신보낸분받는분은행급여이체수수료계좌번호취급점메모주식회사전기요금통신비카드대한민국원',
    common: { encoding: 'euc-kr', rows: [0xb0, 0xc8], columns: [0xa1, 0xfe] },
    words: '거래일자 거래일시 잔액 입금 출금 금액 적요 내용 급여 이체 수수료',
  },
]
