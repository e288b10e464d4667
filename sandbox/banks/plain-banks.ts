/** Plain banks, so that a search has something to find. The names are invented. */
import type { Bank } from '../bank.ts'
import { openAccount, openBank } from '../bank.ts'
import { seededUuid } from '../seeded.ts'
import { history } from './history.ts'
import type { Founding } from './scripted-banks.ts'

const names: Record<string, string[]> = {
  BE: [
    'Bank van de Leie',
    'Banque du Hautbois',
    'Crédit Ardenne',
    'Kempenkas',
    'Scaldis Bank',
    'Banque Senne et Dyle',
    'Polderbank',
    'Caisse des Fagnes',
    'Meetjesland Krediet',
    'Bank Zilverpapier',
    'Hageland Spaarbank',
    'Banque Condroz',
    'Westhoek Bank',
    'Bruine Beer Bank',
  ],
  NL: [
    'Waddenbank',
    'Bank De Hooiberg',
    'Maaskant Bank',
    'Duinrand Spaarbank',
    'Stichtse Kredietbank',
    'Betuwe Bank',
    'Zaanse Handelsbank',
    'Oude Haven Bank',
    'Veluwe Spaarkas',
    'Polder & Vecht Bank',
    'Noorderlicht Bank',
    'Bank Rode Tulp',
    'Zeeuwse Vliet Bank',
  ],
  FR: [
    'Banque de la Garenne',
    'Crédit du Vercors',
    'Banque Bleu Horizon',
    'Caisse de Brocéliande',
    'Banque du Vieux Moulin',
    'Crédit Côte d’Opale',
    'Banque Garrigue',
    'Banque des Deux Rives',
    'Crédit Marais Poitevin',
    'Banque Aubrac',
    'Caisse du Morvan',
    'Banque Étoile du Nord',
    'Crédit Lubéron',
    'Banque Petite Camargue',
  ],
}

const zones: Record<string, string> = {
  BE: 'Europe/Brussels',
  NL: 'Europe/Amsterdam',
  FR: 'Europe/Paris',
}

/** About forty banks of three countries with one small account each. */
export const plainBanks = ({ sides, seed, nowMs }: Founding): Bank[] =>
  Object.entries(names).flatMap(([country, list]) =>
    list.map((name, index) => {
      const id = seededUuid(seed, 'bank', name)
      const bank = openBank({ sides }, id, {
        name,
        country,
        consentDays: index % 3 === 0 ? 90 : 180,
        timeZone: zones[country] ?? 'Europe/Brussels',
      })
      const lastDay = new Date(nowMs).toISOString().slice(0, 10)
      const lines = history({ count: 12, days: 60, seed: `${seed}-${name}`, lastDay })
      openAccount(bank, { opening: '1000.00', lines }, nowMs)
      return bank
    }),
  )
