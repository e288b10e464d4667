/** One commit, one run: property tests draw the same values each time, unless told otherwise (`PROPERTY_SEED=7 npm test`). */
import fc from 'fast-check'

const usual = 20_261_121

fc.configureGlobal({ seed: Number(process.env['PROPERTY_SEED'] ?? usual) })
