/**
 * ING in the Netherlands puts its labels ("Naam: … <br>Omschrijving: …") into the remittance text with HTML breaks;
 * seen in the texts that users of Ponto reported, noted 2026-11. The mark is unmistakable, so it is looked for in
 * the text and not by the institution's id, which differs between Ponto's environments.
 */
const breaks = /<br\s*\/?>/gi

/** The text with a space for each HTML break. */
export const withoutBreaks = (text: string): string => text.replace(breaks, ' ')
