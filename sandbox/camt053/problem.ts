/** A file that cannot be read or used; the message tells a person what is wrong with it. */
export class CamtProblem extends Error {}
