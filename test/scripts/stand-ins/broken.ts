/** Ends at once, saying why. */
throw new Error('broken on purpose')
