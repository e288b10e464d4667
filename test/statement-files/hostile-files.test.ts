import { describe, expect, test } from 'vitest'
import { brokenPromise, isAccepted, listProblems } from '../../scripts/fuzz/promises.ts'
import { formats } from '../../statement-files/detect.ts'
import { limits } from '../../statement-files/limits.ts'
import { isImportable } from '../../statement-files/problem.ts'
import { camtHead, camtOpen, eachFormat, heads, ofxHead, parse } from './hostile/samples.ts'

const codesOf = (text: string | Uint8Array) =>
  listProblems(parse(Buffer.from(text))).map(({ code }) => code)

/** Nothing of the file may be imported, and it says why. */
const expectRefused = (bytes: Uint8Array) => {
  const file = parse(bytes)
  expect(brokenPromise(file)).toBeNull()
  expect(file.statements.filter((statement) => isAccepted(file, statement))).toEqual([])
  expect(isImportable(listProblems(file))).toBe(false)
  return listProblems(file)
}

describe('XML that wants to be more than a statement', () => {
  test('entities that grow are refused before anything is expanded', () => {
    const levels = Array.from({ length: 30 }, (_, level) =>
      level === 0 ? '<!ENTITY e0 "lol">' : `<!ENTITY e${level} "${`&e${level - 1};`.repeat(10)}">`,
    )
    const bomb = `${camtHead}<!DOCTYPE Document [${levels.join('')}]>${camtOpen}<Id>&e29;</Id>`
    expect(codesOf(bomb)).toEqual(['forbidden_construct'])
  })

  test.each(['file:///etc/passwd', 'http://127.0.0.1:9/', 'php://filter'])(
    'an external entity at %s is refused',
    (address) => {
      const file = `${camtHead}<!DOCTYPE d [<!ENTITY x SYSTEM "${address}">]>${camtOpen}<Id>&x;</Id>`
      expect(codesOf(file)).toEqual(['forbidden_construct'])
      const ofx = `<?xml version="1.0"?><!DOCTYPE OFX [<!ENTITY x SYSTEM "${address}">]><?OFX OFXHEADER="200"?><OFX>&x;</OFX>`
      expect(codesOf(ofx)).toContain('forbidden_construct')
    },
  )

  test('a parameter entity and an unknown one are refused', () => {
    expect(codesOf(`${camtHead}<!DOCTYPE d SYSTEM "x.dtd" [%p;]>${camtOpen}`)).toEqual([
      'forbidden_construct',
    ])
    expectRefused(Buffer.from(`${camtHead}${camtOpen}<Id>&unknown;</Id>`))
  })

  test('nesting as deep as the file is long is refused', () => {
    for (const tag of ['<a>', '<Stmt>', '<Ntry>', '<NtryDtls><TxDtls>'])
      expectRefused(Buffer.from(heads.camt053 + tag.repeat(100_000)))
    for (const tag of ['<A>', '<STMTTRNRS>', '<STMTTRN>', '<OFX>'])
      expectRefused(Buffer.from(heads.ofx + tag.repeat(100_000)))
  })

  test('an element with a hundred thousand attributes is read or refused, not waited for', () => {
    const many = Array.from({ length: 100_000 }, (_, index) => `a${index}="1"`).join(' ')
    expectRefused(Buffer.from(`${heads.camt053}<Ntry ${many}>`))
  })
})

describe('files without measure', () => {
  test('more bytes than the limit are refused by size, without a look inside', () => {
    // nothing is written into it, so it takes no memory
    const bytes = new Uint8Array(200 * 1024 * 1024)
    expect(expectRefused(bytes)).toMatchObject([
      { code: 'too_large', params: { what: 'bytes', limit: limits.fileBytes } },
    ])
  })

  test.each(formats)('%s of one line that never ends is refused', (format) => {
    const head = Buffer.from(heads[format].trimEnd())
    const bytes = Buffer.alloc(20 * 1024 * 1024, 'x')
    head.copy(bytes)
    const file = parse(bytes)
    expect(file.statements.filter((statement) => isAccepted(file, statement))).toEqual([])
    expect(file.problems.concat(file.statements.flatMap(({ problems }) => problems))).not.toEqual(
      [],
    )
  })

  test.each([' ', '\n', '\0', ';', '"', "'", '<', '&', '^', '!', '0', '-', ',', '.', '#', '\t'])(
    'a megabyte of %j behind the head of any format keeps every promise',
    (sign) => {
      for (const format of formats)
        expect([
          format,
          brokenPromise(parse(Buffer.from(heads[format] + sign.repeat(1024 * 1024)))),
        ]).toEqual([format, null])
    },
  )

  test.each([
    ['T', `!Type:Bank\nD31/01/2024\nT${'1'.repeat(500_000)}\n^\n`],
    ['TRNAMT', `${ofxHead}<STMTTRN><TRNAMT>${'1'.repeat(500_000)}</STMTTRN></OFX>`],
    ['Amt', `${heads.camt053}<Ntry><Amt Ccy="EUR">${'1'.repeat(500_000)}</Amt></Ntry>`],
    ['a cell', `Date;Text;Amount\n31/01/2024;a;1,00\n30/01/2024;b;${'1'.repeat(500_000)},00\n`],
  ])('an amount of half a million digits in %s is no amount', (_, text) => {
    expectRefused(Buffer.from(text))
  })

  test('a tag of any length is refused at once', () => {
    for (const length of [60, 100_000])
      expectRefused(Buffer.from(`${ofxHead}<${'A'.repeat(length)}`))
  })
})

describe('bytes that are no text', () => {
  test.each(eachFormat)(
    '$format with a NUL behind every byte is read as the text it is',
    (sample) => {
      const padded = Buffer.alloc(sample.bytes.length * 2)
      for (const [index, byte] of sample.bytes.entries()) padded[index * 2] = byte
      expect(parse(padded).statements.map(({ sum }) => sum)).toEqual(
        parse(sample.bytes).statements.map(({ sum }) => sum),
      )
    },
  )

  test('NULs alone are an empty file', () => {
    expect(codesOf(new Uint8Array(100_000))).toEqual(['file_empty'])
  })

  test('every byte alone, repeated, and all of them keep every promise', () => {
    for (let byte = 0; byte < 256; byte += 1)
      for (const count of [1, 2, 3, 4, 1_000])
        expect([byte, count, brokenPromise(parse(Buffer.alloc(count, byte)))]).toEqual([
          byte,
          count,
          null,
        ])
    const all = Buffer.from(Array.from({ length: 65_536 }, (_, index) => (index * 7919) % 256))
    expect(brokenPromise(parse(all))).toBeNull()
  })

  test('names of built-in properties are names like any other', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf']) {
      const texts = [
        `${ofxHead}<STMTRS><${name}>1<STMTTRN><${name}>x<TRNAMT>1</STMTTRN></STMTRS></OFX>`,
        `${heads.camt053}<${name}><${name} ${name}="1"/></${name}></Stmt></BkToCstmrStmt></Document>`,
        `${name};Date;Amount;constructor\n${name};31/01/2024;1,00;${name}\n`,
        `!Type:${name}\n!${name}\nD31/01/2024\nT1\nL${name}\n^\n`,
        `<?xml version="1.0" encoding="${name}"?><é>`,
      ]
      for (const text of texts)
        expect([text, brokenPromise(parse(Buffer.from(text, 'latin1')))]).toEqual([text, null])
    }
    expect(Object.keys(Object.prototype)).toEqual([])
  })
})
