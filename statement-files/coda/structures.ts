/** Structured communications: what follows the three digits of their type, part by part. */

/** How a part is written and shown. A `code` is for machines and not shown; `more` belongs to the part before it. */
type PartKind = 'text' | 'more' | 'amount' | 'rate' | 'percent' | 'day' | 'hour' | 'card' | 'code'

export interface Part {
  readonly name: string
  readonly kind: PartKind
  readonly width: number
}

const kindOf: Readonly<Record<string, PartKind>> = {
  t: 'text',
  m: 'more',
  n: 'amount',
  r: 'rate',
  p: 'percent',
  d: 'day',
  h: 'hour',
  c: 'card',
  x: 'code',
}

/** Reads `name:n15` … as parts: a letter for the kind, then the width. */
const parts = (text: string): readonly Part[] =>
  text.split(' ').map((word) => {
    const [name = '', shape = ''] = word.split(':')
    return { name, kind: kindOf[shape.slice(0, 1)] ?? 'text', width: Number(shape.slice(1)) }
  })

/** Securities: shown as they are written. */
const unnamed = (...widths: readonly number[]): readonly Part[] =>
  widths.map((width, index) => ({ name: String(index), kind: 'text', width }))

const terminal = 'terminal:t16 place:m10'
const words = parts('first:t35 second:t35 third:t35 fourth:t35')
const ultimate = parts('name:t70 id:t35')

/** In movements (100 and above) and in information records (001 to 011). */
export const structures: ReadonlyMap<string, readonly Part[]> = new Map([
  ['100', parts('reference:t25')],
  ['101', parts('reference:t12')],
  ['102', parts('reference:t12')],
  ['103', parts('number:t12')],
  ['105', parts('gross:x15 amount:n15 rate:r12 currency:m3 reference:t12 country:t2 euro:x15')],
  ['106', parts('equivalent:n15 base:n15 percent:p12 minimum:x1 euro:x15')],
  ['108', parts('equivalent:n15 base:n15 interest:p12 from:d6 to:d6')],
  [
    '111',
    parts(`scheme:x1 pos:t6 period:x3 first:x6 firstOn:d6 last:x6 lastOn:d6 type:x1 ${terminal}`),
  ],
  [
    '113',
    parts(
      `card:c16 scheme:x1 number:x6 sequence:x6 on:d6 hour:h4 type:x1 ${terminal} amount:n15 rate:r12 currency:m3 volume:x5 product:x2 price:x5`,
    ),
  ],
  [
    '114',
    parts(`scheme:x1 pos:x6 period:x3 sequence:x6 on:d6 hour:h4 type:x1 ${terminal} reference:t16`),
  ],
  [
    '115',
    parts(
      `card:c16 scheme:x1 number:x6 sequence:x6 on:d6 hour:h4 validatedOn:x6 validation:x6 amount:n15 conformity:x1 ${terminal} reference:t12`,
    ),
  ],
  [
    '121',
    parts(
      'bill:n15 dueOn:d6 conventional:x6 issuedOn:d6 company:t11 currency:t3 blank:x3 number:t13 rate:p12',
    ),
  ],
  ['122', parts('days:t4 rate:p12 base:n15 minimum:x1 number:t13 dueOn:d6')],
  ['123', parts('startOn:d6 dueOn:d6 base:n15 percent:p12 days:t4 minimum:x1 guarantee:t13')],
  ['124', parts('card:c20 issuer:x1 invoice:t12 identification:t15 on:d6')],
  [
    '125',
    parts(
      'account:t27 old:n15 new:n15 amount:n15 currency:m3 startOn:d6 endOn:d6 rate:p12 reference:t13',
    ),
  ],
  [
    '126',
    parts(
      'deposit:t15 amount:n15 equivalent:n15 startOn:d6 endOn:d6 rate:p12 interest:n15 currency:m3 exchange:r12',
    ),
  ],
  [
    '127',
    parts(
      'settledOn:x6 type:x1 scheme:x1 result:x1 creditor:t35 mandate:t35 communication:t62 returnKind:x1 returnReason:x4',
    ),
  ],
  ['001', parts('name:t70 street:t35 locality:t35 id:t35')],
  ['002', words],
  ['004', words],
  ['005', words],
  ['006', parts('description:t30 currency:t3 amount:n15 sign:x1 category:x3')],
  ['007', parts('count:t7 denomination:t6 total:n15')],
  ['008', ultimate],
  ['009', ultimate],
  ['010', unnamed(13, 15, 13, 2, 15, 1, 12, 3, 4, 3, 12, 12, 40, 13, 8, 8, 30, 8, 24, 15)],
  ['011', unnamed(13, 15, 13, 2, 15, 12, 40, 3, 14, 1, 15, 24, 6, 6, 12, 3, 15)],
])
