/** Control characters but line break and tab, and the marks that turn the direction of text around. */
// eslint-disable-next-line no-control-regex -- these are the characters to remove
const unwanted = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Text as people will read it: without characters that hide or reorder other text. */
export const plainText = (text: string): string =>
  text.normalize('NFC').replace(unwanted, '').trim()
