/** Words out of which the names of the catalogue are made; no bank of this name is known to us. */
import type { ProviderName } from '../sides.ts'

export interface Tongue {
  /** Beginnings and ends of invented places. */
  starts: readonly string[]
  ends: readonly string[]
  /** What such a bank calls itself; `*` stands for the place. */
  kinds: readonly string[]
  /** Legal forms that only some providers write behind the name. */
  forms: readonly string[]
}

const list = (text: string): string[] => text.trim().split(/\s*\n\s*/)
const words = (text: string): string[] => text.trim().split(/\s+/)

const french: Tongue = {
  starts: words(
    'Mont Clair Beau Roche Val Font Cham Haute Saint-É Bré Cor Lan Mar Per Tré Vil Aube Châ Ger Sau Lor Mel Orn Rive Thé',
  ),
  ends: words(
    'ville mont court lieu fort brune sart nay vence gny zac mière vaux ières dôme let cy brac ronne sœur',
  ),
  kinds: list(`Banque *
    Crédit *
    Caisse Régionale de *
    Banque Rurale de *
    Épargne *
    Crédit Coopératif de *
    Société de Crédit *
    Banque Privée *
    Caisse d’Escompte de *`),
  forms: ['SA', 'S.A.', 'SCRL'],
}

const dutch: Tongue = {
  starts: words(
    'Ooster Wester Noorder Zuider Hoog Laag Berk Eike Linde Kraan Zwaan Ever Meer Beek Zand Veen Hey Riet Klei Molen Schoon Rood',
  ),
  ends: words(
    'dam beke veld huizen dijk gem hove horst kerke lo mond oord sluis tem voorde wijk zele berg aarde',
  ),
  kinds: list(`*bank
    Spaarbank *
    Kredietbank *
    * Handelsbank
    Bank van *
    Volkskrediet *
    * Spaarkas
    Coöperatieve Bank *
    Landbouwkrediet *`),
  forms: ['NV', 'N.V.', 'CV'],
}

const german: Tongue = {
  starts: words(
    'Alten Ober Unter Groß Klein Bären Eisen Früh Grün Höll König Lüne Mühl Nieder Rosen Schön Tannen Wein Zwei Süd Müller Weiß',
  ),
  ends: words(
    'bach berg burg dorf feld furt hausen heim kirchen lingen rode stadt stein tal wald weiler zell brück',
  ),
  kinds: list(`Sparbank *
    Volkskasse *
    Kreditbank *
    Handelsbank *
    Genossenschaftsbank *
    Privatbank *
    Bankhaus *
    Stadtkasse *
    Landeskredit *`),
  forms: ['AG', 'eG', 'GmbH'],
}

const southern: Tongue = {
  starts: words(
    'Monte Val Cas Fon Pietra Serra Villa Torre Cala Mira Alta Bella Río Peña Fer Gran Lago Campo Corti São Ponte Oliva',
  ),
  ends: words(
    'bella fiore longo mare nera verde rosa clara blanca dorada gonça tana reto sole vento luna fría',
  ),
  kinds: list(`Banca di *
    Banco *
    Cassa Rurale *
    Credito *
    Caja de *
    Banco Rural de *
    Caixa *
    Banca Privata *
    Crédito Agrario *`),
  forms: ['SpA', 'S.A.', 'S.p.A.'],
}

const northern: Tongue = {
  starts: words(
    'Ås Bjørn Dal Ek Fjell Grå Hav Is Kvarn Lund Mos Nord Østre Rød Sjö Skov Strand Søn Ulv Väster Øy Åker',
  ),
  ends: words('by vik dal fors gård holm köping lund næs rud sund torp ås berg strup vall å'),
  kinds: list(`* Sparbank
    *banken
    Sparekassen *
    * Andelsbank
    Handelsbank *
    * Sparekasse
    * Kreditbank
    Bank *`),
  forms: ['AB', 'A/S', 'ASA'],
}

const eastern: Tongue = {
  starts: words(
    'Bia Czar Dob Gór Jas Kraj Łęg Mły Nov Ost Pod Ryb Sta Świe Tar Újv Vác Zá Žel Brž Kőr Hód',
  ),
  ends: words('borz czyn dów grad ice kowo lany mierz nica ów pole rzyn sk tice wola ždár falva'),
  kinds: list(`Bank *
    * Bank
    Bank Spółdzielczy *
    * Banka
    * Takarék
    Kasa *
    Banca *
    Spořitelna *`),
  forms: ['S.A.', 'a.s.', 'Zrt.'],
}

const english: Tongue = {
  starts: words(
    'Alder Ash Birch Blue Briar Bright Cedar Clear Copper Cotton Elk Elm Fair Fern Fox Glen Gold Granite Green Harbor Hazel Heron Hick Iron Juniper Lake Laurel Maple Meadow Mill North Oak Otter Pine Prairie Quail Red Ridge River Rock Sage Salmon Silver South Spring Stone Sugar Summit Sun Thorn Timber Valley West White Willow Wind Wolf',
  ),
  ends: words(
    'brook bridge burgh bury creek dale field ford gate grove hampton harbor haven hill hollow hurst land leigh mead mere mont mouth point port ridge shire side stead stone ton town vale view ville water way wick wood worth',
  ),
  kinds: list(`* Federal Credit Union
    First * Bank
    * Community Bank
    * Savings Bank
    Bank of *
    * National Bank
    * Bank & Trust
    * State Bank
    Farmers & Merchants of *
    * Building Society
    * Mutual
    * Teachers Credit Union`),
  forms: ['Inc.', 'N.A.', 'plc'],
}

export interface Land {
  code: string
  tongue: Tongue
  /** How many of a thousand institutions are here. */
  share: number
  offeredBy: readonly ProviderName[]
}

const everywhere = ['ponto', 'saltedge', 'yodlee'] as const
const europe = ['saltedge', 'yodlee'] as const
const america = ['plaid', 'yodlee'] as const
const worldwide = ['yodlee'] as const

const land = (
  code: string,
  tongue: Tongue,
  [share, offeredBy]: [number, readonly ProviderName[]],
): Land => ({ code, tongue, share, offeredBy })

/** The countries of the catalogue with their weight and who reaches them. */
export const lands: readonly Land[] = [
  land('US', english, [420, america]),
  land('CA', english, [50, america]),
  land('GB', english, [50, ['plaid', 'saltedge', 'yodlee']]),
  land('BE', dutch, [20, everywhere]),
  land('BE', french, [15, everywhere]),
  land('NL', dutch, [30, everywhere]),
  land('FR', french, [60, everywhere]),
  land('LU', french, [10, everywhere]),
  land('DE', german, [90, everywhere]),
  land('AT', german, [25, europe]),
  land('CH', german, [20, worldwide]),
  land('IT', southern, [40, europe]),
  land('ES', southern, [30, everywhere]),
  land('PT', southern, [10, europe]),
  land('DK', northern, [15, europe]),
  land('SE', northern, [20, europe]),
  land('NO', northern, [15, europe]),
  land('PL', eastern, [20, europe]),
  land('CZ', eastern, [10, europe]),
  land('HU', eastern, [10, europe]),
  land('IE', english, [5, europe]),
  land('AU', english, [20, worldwide]),
  land('NZ', english, [5, worldwide]),
  land('MX', southern, [10, worldwide]),
]
