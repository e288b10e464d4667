/** Names of months in English, Dutch, French and German, in full and shortened, without accents. */
const names = [
  'jan january januari janvier janv januar jaenner janner',
  'feb february februari febr fevrier fevr fev februar feber',
  'mar march maart mrt mars maerz marz mrz',
  'apr april avril avr',
  'may mei mai',
  'jun june juni juin',
  'jul july juli juillet juil',
  'aug august augustus aout aou',
  'sep sept september septembre',
  'oct october okt oktober octobre',
  'nov november novembre',
  'dec december decembre dez dezember',
]

const months = new Map(
  names.flatMap((spellings, index) =>
    spellings.split(' ').map((spelling): [string, number] => [spelling, index + 1]),
  ),
)

/** The number of the month from 1 that a word names; 0 where it names none. */
export const monthOf = (word: string): number =>
  months.get(
    word
      .toLowerCase()
      .normalize('NFD')
      .replace(/[\u0300-\u036f]/g, ''),
  ) ?? 0
