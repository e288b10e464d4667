/** Text of somebody else for a terminal. */

const pictures = 0x24_00
const deletePicture = '\u2421'

const pictureOf = (letter: string): string =>
  letter < ' ' ? String.fromCharCode(pictures + letter.charCodeAt(0)) : deletePicture

/**
 * The text with control characters as their pictures and without marks that turn the direction of writing, so that it
 * can neither colour nor clear the screen that shows it.
 */
export const visible = (text: string): string =>
  text.replace(/\p{Cc}/gu, pictureOf).replace(/[\u200E\u200F\u2028-\u202E\u2066-\u2069]/g, '')
