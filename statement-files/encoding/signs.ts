/** How likely signs and letters are where they stand, whatever the language, as logarithms. */

/** The writing that a letter belongs to. */
type Script = 'ascii' | 'latin' | 'other' | 'wide'

const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u30fc\uff70\u3005\u3006]/u
const letter = /[\p{Lu}\p{Ll}\p{Lt}\p{Lo}\p{M}\u0640\u0e46]/u
const latin = /[\p{Script=Latin}\u0300-\u0323]/u

const scripts = new Map<string, Script | null>()

const scriptIn = (sign: string): Script | null => {
  if (/^[a-z]$/i.test(sign)) return 'ascii'
  if (/[ªº]/.test(sign)) return null
  if (wide.test(sign)) return 'wide'
  if (!letter.test(sign)) return null
  // letters of full width stand among ideographs only
  if (sign >= '\uff00') return 'wide'
  return latin.test(sign) ? 'latin' : 'other'
}

/** Which writing a letter belongs to. */
export const scriptOf = (sign: string | undefined): Script | null => {
  if (sign === undefined) return null
  const found = scripts.get(sign)
  if (found !== undefined) return found
  const script = scriptIn(sign)
  scripts.set(sign, script)
  return script
}

export interface Place {
  before: string | undefined
  sign: string
  after: string | undefined
  /** The one before the one before. */
  earlier: string | undefined
}

const isLetter = (sign: string | undefined): boolean => scriptOf(sign) !== null
const isUpper = (sign = ''): boolean => isLetter(sign) && sign !== sign.toLowerCase()
const isLower = (sign = ''): boolean => isLetter(sign) && sign !== sign.toUpperCase()

/** Capitals stand at the beginning, or everywhere. */
const capitalAt = ({ before, after }: Place): number => {
  if (isLower(before)) return -5
  if (!isLetter(before)) return -0.7
  // nobody writes two capitals at the beginning of a word
  return isLower(after) ? -3 : 0
}

/** A small letter stands neither before a capital nor behind two; a program may have left it small. */
const smallAt = ({ earlier, before, sign, after }: Place): number => {
  const isAmongCapitals = sign !== 'ß' && isUpper(earlier) && isUpper(before)
  return (isUpper(after) ? -4 : 0) + (isAmongCapitals ? -2.5 : 0)
}

const caseOf = (place: Place): number => {
  if (isUpper(place.sign)) return capitalAt(place)
  return isLower(place.sign) ? smallAt(place) : 0
}

const togetherWith = (script: Script, neighbour: Script | null): number => {
  if (neighbour === null) return 0
  // accents stand alone among letters without
  if (script === 'latin') return neighbour === 'ascii' ? 0 : neighbour === 'latin' ? -0.5 : -5
  if (script === neighbour) return 0
  return script === 'wide' ? -2 : -5
}

const isVowel = (sign: string): boolean => /^[aeiouyæøœ]/i.test(sign.normalize('NFD'))

/** A letter with an accent is rarely the second of three vowels, or of three consonants. */
const betweenLikes = ({ before = '', sign, after = '' }: Place): number => {
  if (scriptOf(before) !== 'ascii' || scriptOf(after) !== 'ascii') return 0
  const isLike = isVowel(before) === isVowel(sign) && isVowel(sign) === isVowel(after)
  return isLike ? -2 : 0
}

const finalOnly = /[םןךףץς]/
const neverFinal = /[מנכפצσ]/
/** In Italian and French these end a word. */
const endsWord = /[ìòù]/

/** Some letters have their place in a word. */
const placeInWord = ({ sign, after }: Place): number => {
  const isFinal = !isLetter(after)
  if (finalOnly.test(sign)) return isFinal ? 1 : -4
  if (neverFinal.test(sign)) return isFinal ? -3 : 0
  return endsWord.test(sign) && !isFinal ? -2 : 0
}

const wordOfOneLetter = /^[àéèóíöåőýæøиксвуояіжηοια]$/i

/** Few letters are words, and hardly any in capitals. */
const aloneAs = (script: Script, sign: string): number => {
  if (script === 'wide') return -5
  return wordOfOneLetter.test(sign) ? -1 : -3
}

/** What speaks against a letter where it stands; 0 where nothing does. */
export const letterAt = (place: Place): number => {
  const script = scriptOf(place.sign)
  if (script === null) return 0
  const before = scriptOf(place.before)
  const after = scriptOf(place.after)
  return (
    togetherWith(script, before) +
    togetherWith(script, after) +
    caseOf(place) +
    placeInWord(place) +
    (script === 'latin' ? betweenLikes(place) : 0) +
    (before === null && after === null ? aloneAs(script, place.sign) : 0)
  )
}

interface Habit {
  signs: string
  /** Beside no letter, beside one, and between two. */
  alone: number
  behind: number
  ahead: number
  between: number
  /** What each neighbour in ASCII adds. */
  besideAscii?: number
}

const habits: readonly Habit[] = [
  { signs: '\u00a0', alone: -2.5, behind: -2.5, ahead: -2.5, between: -4.5 },
  { signs: '€', alone: -2, behind: -4, ahead: -6, between: -9 },
  { signs: '£', alone: -2, behind: -5, ahead: -6, between: -10 },
  { signs: '¥₪₩฿₫', alone: -5, behind: -7, ahead: -7, between: -10 },
  { signs: '’', alone: -4, behind: -3, ahead: -3.5, between: -3.5 },
  { signs: '‚', alone: -5, behind: -9, ahead: -4, between: -10 },
  { signs: '‘“„«‹', alone: -4, behind: -7, ahead: -3, between: -9 },
  { signs: '”»›', alone: -4, behind: -3, ahead: -7, between: -9 },
  { signs: '–', alone: -2.5, behind: -4, ahead: -4, between: -4 },
  { signs: '—', alone: -2.5, behind: -4, ahead: -4, between: -6 },
  { signs: '…', alone: -2.3, behind: -1.5, ahead: -4, between: -7 },
  { signs: '§№', alone: -4, behind: -7, ahead: -4, between: -10 },
  { signs: '°ºª', alone: -3, behind: -0.8, ahead: -6, between: -8 },
  { signs: '·•²³½¼¾±×®™©µ†´', alone: -4.5, behind: -6, ahead: -7, between: -10 },
  { signs: '¿¡', alone: -6, behind: -8, ahead: -4, between: -10 },
  // ideographs stand beside these, letters of ASCII hardly
  {
    signs: '　、。「」『』【】（），．：；・～－／＋＊＃＆￥０１２３４５６７８９％〜',
    alone: -3.5,
    behind: -3.5,
    ahead: -3.5,
    between: -3.5,
    besideAscii: -4,
  },
]

const habitOf = new Map(
  habits.flatMap((habit) => Array.from(habit.signs, (sign) => [sign, habit] as const)),
)

const isNothing = /[\p{Cc}\p{Cn}\p{Co}\p{Cs}\ufffd]/u
const isFrame = /[\u2500-\u25ff\u2300-\u23ff]/

/** The apostrophe of `l’eau` and of `O’Brien`, or of `it’s`. */
const isElision = ({ earlier, before, sign, after = '' }: Place): boolean =>
  sign === '’' && isLetter(before) && isLetter(after) && (!isLetter(earlier) || /[st]/.test(after))

const placed = (habit: Habit, isBehind: boolean, isAhead: boolean): number => {
  if (isBehind && isAhead) return habit.between
  if (isBehind) return habit.behind
  return isAhead ? habit.ahead : habit.alone
}

/** How likely a sign that is no letter is where it stands. */
export const signAt = (place: Place): number => {
  const { before, sign, after } = place
  if (isElision(place)) return -1.5
  const isBehind = isLetter(before)
  const isAhead = isLetter(after)
  const habit = habitOf.get(sign)
  if (habit !== undefined) {
    const asciiCount = [before, after].filter((each) => scriptOf(each) === 'ascii').length
    return placed(habit, isBehind, isAhead) + asciiCount * (habit.besideAscii ?? 0)
  }
  if (isNothing.test(sign)) return -18
  return (isFrame.test(sign) ? -12 : -9) + (isBehind ? -1.5 : 0) + (isAhead ? -1.5 : 0)
}
