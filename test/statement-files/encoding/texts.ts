/** Short exports as banks of many countries write them, and the encodings in which they may arrive. */

export interface National {
  language: string
  text: string
  encodings: readonly string[]
}

const western = ['windows-1252', 'macintosh', 'cp850', 'cp437']
const eastern = ['windows-1250', 'iso-8859-2', 'cp852', 'maccenteuro']
const slavonic = ['windows-1251', 'cp866', 'koi8-r', 'iso-8859-5', 'maccyrillic']

const rows = (...given: readonly string[]): string => given.join('\r\n') + '\r\n'

export const nationals: readonly National[] = [
  {
    language: 'French',
    text: rows(
      'Date;Libellé;Débit;Crédit',
      '15/01/2025;Prélèvement EDF;25,50;',
      '14/01/2025;Virement reçu de M. Lefèvre;;2000,00',
    ),
    encodings: western,
  },
  {
    language: 'French, with the euro sign',
    text: rows(
      'Date;Libellé;Montant',
      '15/01/2025;Prélèvement EDF 12 €;-25,50',
      '14/01/2025;Virement;2000,00',
    ),
    encodings: ['windows-1252', 'iso-8859-15', 'macintosh', 'cp858'],
  },
  {
    language: 'French in capitals',
    text: rows(
      'DATE;OPERATION;MONTANT',
      '15/01/2025;PRÉLÈVEMENT SOCIÉTÉ GÉNÉRALE;-25,50',
      '14/01/2025;CHÈQUE;1,00',
    ),
    encodings: ['windows-1252', 'macintosh', 'cp850'],
  },
  {
    language: 'German',
    text: rows(
      'Buchungstag;Empfänger;Währung;Betrag',
      '15.01.2025;Stadtwerke München;EUR;-25,50',
      '14.01.2025;Müller & Söhne, Hauptstraße;EUR;2.000,00',
    ),
    encodings: western,
  },
  {
    language: 'Dutch',
    text: rows(
      'Datum;Naam;Bedrag;Mededeling',
      '15-01-2025;Café Zoë;-25,50;België',
      '14-01-2025;Coöperatie;1,00;patiënt',
    ),
    encodings: western,
  },
  {
    language: 'Spanish',
    text: rows(
      'Fecha;Descripción;Importe',
      '15/01/2025;Transferencia Peña Muñoz;-25,50',
      '14/01/2025;Nómina número 12;2000,00',
    ),
    encodings: western,
  },
  {
    language: 'Portuguese',
    text: rows(
      'Data;Descrição;Crédito;Débito',
      '15/01/2025;Transferência João;25,50;',
      '14/01/2025;Lançamento de salário;;2,00',
    ),
    encodings: ['windows-1252', 'macintosh', 'cp850'],
  },
  {
    language: 'Italian',
    text: rows('Data;Descrizione;Importo', '15/01/2025;Città di Forlì, attività;-25,50'),
    encodings: western,
  },
  {
    language: 'Swedish',
    text: rows(
      'Bokföringsdag;Beskrivning;Belopp',
      '2025-01-15;Överföring Åsa Ström;-25,50',
      '2025-01-14;Lön från Räksmörgås;1,00',
    ),
    encodings: western,
  },
  {
    language: 'Danish',
    text: rows(
      'Dato;Tekst;Beløb',
      '15.01.2025;Overførsel Søren Kjær;-25,50',
      '14.01.2025;Lån Århus;1,00',
    ),
    encodings: ['windows-1252', 'macintosh', 'cp850', 'cp865'],
  },
  {
    language: 'Finnish',
    text: rows(
      'Kirjauspäivä;Määrä;Saaja',
      '15.1.2025;-25,50;Hämäläinen Yhtiö',
      '14.1.2025;1,00;Päivi',
    ),
    encodings: western,
  },
  {
    language: 'Icelandic',
    text: rows(
      'Dagsetning;Skýring;Upphæð',
      '15.01.2025;Greiðsla Þórður Guðmundsson;-25',
      '14.01.2025;Laun frá Landsvirkjun því að;2000',
    ),
    encodings: ['windows-1252', 'cp850'],
  },
  {
    language: 'Polish',
    text: rows(
      '#Data operacji;#Tytuł;#Kwota',
      '2025-01-15;Opłata za prąd, Łódź;-25,50',
      '2025-01-14;Wypłata środków, Świętokrzyska;2000,00',
    ),
    encodings: eastern,
  },
  {
    language: 'Czech',
    text: rows(
      'Datum;Částka;Měna;Název protiúčtu',
      '15.01.2025;-25,50;CZK;ČEZ Prodej, Plzeň',
      '14.01.2025;2000,00;CZK;Příjem za služby',
    ),
    encodings: eastern,
  },
  {
    language: 'Slovak',
    text: rows(
      'Dátum;Čiastka;Názov účtu',
      '15.01.2025;-25,50;Západoslovenská energetika, Žilina',
      '14.01.2025;2000,00;Príjem za služby, vďaka',
    ),
    encodings: eastern,
  },
  {
    language: 'Hungarian',
    text: rows(
      'Könyvelés dátuma;Összeg;Közlemény',
      '2025.01.15;-25,50;Díj és őrző-védő szolgáltatás',
      '2025.01.14;2000;Fizetés Szűcs Győző',
    ),
    encodings: eastern,
  },
  {
    language: 'Romanian',
    text: rows(
      'Dată;Sumă;Detalii tranzacţie',
      '15.01.2025;-25,50;Plată întreţinere Iaşi',
      '14.01.2025;1,00;Încasare',
    ),
    encodings: ['windows-1250', 'iso-8859-2', 'cp852'],
  },
  {
    language: 'Croatian',
    text: rows(
      'Datum;Opis;Iznos',
      '15.01.2025;Plaćanje račun Šibenik;-25,50',
      '14.01.2025;Uplata plaće Đurđa;1,00',
    ),
    encodings: ['windows-1250', 'iso-8859-2', 'cp852'],
  },
  {
    language: 'Russian',
    text: rows(
      'Дата;Сумма;Назначение платежа',
      '15.01.2025;-25,50;Оплата по счету за электроэнергию',
      '14.01.2025;2000,00;Перевод от ООО Ромашка',
    ),
    encodings: slavonic,
  },
  {
    language: 'Ukrainian',
    text: rows(
      'Дата;Сума;Призначення платежу',
      '15.01.2025;-25,50;Оплата за електроенергію, Київ',
      '14.01.2025;2000,00;Заробітна плата їм',
    ),
    encodings: ['windows-1251', 'koi8-u'],
  },
  {
    language: 'Bulgarian',
    text: rows(
      'Дата;Основание;Сума',
      '15.01.2025;Превод към Иванов;-25,50',
      '14.01.2025;Заплата за януари;2000,00',
    ),
    encodings: ['windows-1251', 'iso-8859-5'],
  },
  {
    language: 'Serbian',
    text: rows(
      'Датум;Опис;Износ',
      '15.01.2025;Уплата рачуна Београд;-25,50',
      '14.01.2025;Исплата плате Ђорђе;1,00',
    ),
    encodings: ['windows-1251', 'cp855'],
  },
  {
    language: 'Greek',
    text: rows(
      'Ημερομηνία;Περιγραφή;Ποσό',
      '15/01/2025;Πληρωμή ΔΕΗ Αθήνα;-25,50',
      '14/01/2025;Μισθοδοσία Παπαδόπουλος;2000,00',
    ),
    encodings: ['windows-1253', 'iso-8859-7', 'cp737', 'macgreek'],
  },
  {
    language: 'Turkish',
    text: rows(
      'Tarih;Açıklama;Tutar;Bakiye',
      '15/01/2025;ELEKTRİK FATURASI;-25,50;1,00',
      '14/01/2025;MAAŞ ACME A.Ş.;2000,00;26,50',
    ),
    encodings: ['windows-1254', 'iso-8859-9', 'cp857', 'macturkish'],
  },
  {
    language: 'Hebrew',
    text: rows(
      'תאריך,תיאור,חובה,זכות,יתרה',
      '15/01/2025,חברת החשמל,25.50,,1.00',
      '14/01/2025,משכורת מאת אבי כהן,,2000.00,26.50',
    ),
    encodings: ['windows-1255', 'iso-8859-8', 'cp862'],
  },
  {
    language: 'Arabic',
    text: rows(
      'التاريخ,الوصف,المبلغ,الرصيد',
      '15/01/2025,شركة الكهرباء,-25.50,1.00',
      '14/01/2025,تحويل راتب محمد,2000.00,26.50',
    ),
    encodings: ['windows-1256', 'iso-8859-6', 'cp720'],
  },
  {
    language: 'Lithuanian',
    text: rows(
      'Data;Gavėjas;Suma',
      '2025-01-15;Elektros tiekėjas, Šiauliai;-25,50',
      '2025-01-14;Darbo užmokestis, įmonė;1,00',
    ),
    encodings: ['windows-1257', 'iso-8859-13', 'cp775'],
  },
  {
    language: 'Latvian',
    text: rows(
      'Datums;Saņēmējs;Summa',
      '15.01.2025;Elektrība, Rīga;-25,50',
      '14.01.2025;Alga par janvāri, Bērziņš;1,00',
    ),
    encodings: ['windows-1257', 'iso-8859-13', 'cp775'],
  },
  {
    language: 'Estonian',
    text: rows(
      'Kuupäev;Saaja;Summa',
      '15.01.2025;Põhja Võrk, Tõnu;-25,50',
      '14.01.2025;Töötasu, Šmidt;1,00',
    ),
    encodings: ['windows-1257', 'windows-1252'],
  },
  {
    language: 'Thai',
    text: rows(
      'วันที่,รายการ,จำนวนเงิน,ยอดคงเหลือ',
      '15/01/2025,ค่าไฟฟ้า,-25.50,1.00',
      '14/01/2025,เงินเดือน,2000.00,26.50',
    ),
    encodings: ['windows-874'],
  },
  {
    language: 'Japanese',
    text: rows(
      '日付,摘要,お支払金額,お預り金額,差引残高',
      '2025/01/15,電気料,2550,,297450',
      '2025/01/14,振込 カ）アクメ,,200000,300000',
    ),
    encodings: ['shift_jis', 'euc-jp'],
  },
  {
    language: 'Japanese of half width',
    text: rows('ﾋﾂﾞｹ,ﾃｷﾖｳ,ｷﾝｶﾞｸ', '20250115,ﾌﾘｺﾐ ｶ)ｱｸﾒ,2550', '20250114,ﾃﾞﾝｷﾘﾖｳ,-200'),
    encodings: ['shift_jis'],
  },
  {
    language: 'Chinese',
    text: rows(
      '交易日期,摘要,收入,支出,余额',
      '2025-01-15,电费 国家电网,,25.50,1.00',
      '2025-01-14,工资 北京科技有限公司,2000.00,,26.50',
    ),
    encodings: ['gb18030'],
  },
  {
    language: 'Chinese of Taiwan',
    text: rows(
      '交易日期,摘要,支出,存入,餘額',
      '2025/01/15,電費 台灣電力,25,,1',
      '2025/01/14,薪資轉帳,,2000,26',
    ),
    encodings: ['big5'],
  },
  {
    language: 'Korean',
    text: rows(
      '거래일자,적요,출금액,입금액,잔액',
      '2025-01-15,전기요금,2550,,100',
      '2025-01-14,급여 주식회사 한빛,,200000,2650',
    ),
    encodings: ['euc-kr'],
  },
]
