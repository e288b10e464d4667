/** What was understood of a file, with its problems in the reader's language. */
import { z } from 'zod'
import { columnRoles, dateOrders, decimalSigns } from '../../domain/csv-layout.ts'
import type {
  ImportPreview,
  ImportProblem,
  StatementPreview,
} from '../../domain/statement-import.ts'
import type { Language } from '../../locales/languages.ts'
import { renderFileProblem } from '../../locales/render.ts'

const day = z.iso.date()
const amount = z.string().meta({ description: 'Signed decimal text; positive = money in' })

const positionSchema = z
  .object({
    file: z.string().optional().meta({ description: 'Name within an archive' }),
    line: z.int().optional(),
    column: z.int().optional(),
    record: z.int().optional(),
    from: z.int().optional(),
    to: z.int().optional(),
  })
  .meta({
    id: 'FilePosition',
    description:
      'From 1: line and column, or CODA’s record and the first and last character within it',
  })

const problemSchema = z
  .object({
    code: z.string().meta({ example: 'date_order_ambiguous' }),
    severity: z.enum(['error', 'question', 'warning', 'notice']).meta({
      description: 'An error refuses its statement (or file); a question waits for a correction',
    }),
    position: positionSchema.nullable(),
    params: z.record(z.string(), z.union([z.string(), z.number()])),
    message: z.string().meta({ description: 'What is wrong and what to do' }),
  })
  .meta({ id: 'FileProblem' })

const balanceSchema = z.object({ amount, on: day.nullable() }).nullable()

const sampleSchema = z.object({
  raw: z.string().nullable().meta({ description: 'As the file has it' }),
  position: positionSchema,
  bookedOn: day.nullable(),
  valueOn: day.nullable(),
  amount,
  currency: z.string().nullable(),
  counterparty: z.string().nullable(),
  counterpartyAccount: z.string().nullable(),
  reference: z.string().nullable(),
  text: z.string(),
})

const statementSchema = z
  .object({
    number: z.int().meta({ description: 'Place in the file, from 1' }),
    member: z
      .object({ file: z.string(), format: z.string() })
      .exactOptional()
      .meta({ description: 'The file of an archive that it stands in' }),
    account: z.object({ number: z.string(), holder: z.string().nullable() }).nullable(),
    currency: z.string().nullable(),
    accountId: z.uuid().nullable().meta({ description: 'null while it is not known which one' }),
    from: day.nullable(),
    to: day.nullable(),
    opening: balanceSchema,
    closing: balanceSchema,
    lines: z.int(),
    sumIn: amount,
    sumOut: amount,
    alreadyPresent: z.int(),
    possibleDuplicates: z.int(),
    added: z.int().nullable().meta({ description: 'null before the import' }),
    verdict: z.enum(['importable', 'waiting', 'refused', 'left_out', 'repeated']),
    problems: z.array(problemSchema),
    sample: z.array(sampleSchema).meta({ description: 'First lines: raw and as understood' }),
  })
  .meta({ id: 'StatementPreview' })

const layoutSchema = z
  .object({
    headerFingerprint: z.string().nullable(),
    delimiter: z.string(),
    headerRow: z.int().nullable(),
    columns: z.array(z.object({ name: z.string(), role: z.enum(columnRoles) })),
    dateOrder: z.enum(dateOrders).nullable(),
    decimalSign: z.enum(decimalSigns).nullable(),
    isInverted: z.boolean(),
  })
  .meta({ id: 'CsvLayout' })

export const previewSchema = z
  .object({
    format: z.string().nullable(),
    formatVersion: z.string().nullable(),
    encoding: z.string().nullable(),
    layout: layoutSchema
      .nullable()
      .meta({ description: 'CSV: what was understood of its columns' }),
    usesProfile: z.boolean().meta({
      description: 'Answers saved with an earlier file of the same header were used',
    }),
    problems: z.array(problemSchema),
    totals: z.object({
      statements: z.int(),
      importable: z.int(),
      questions: z.int(),
      lines: z.int(),
      alreadyPresent: z.int(),
      possibleDuplicates: z.int(),
    }),
    statements: z.array(statementSchema).meta({ description: 'The first thousand' }),
  })
  .meta({ id: 'ImportPreview' })

const toProblem = (problem: ImportProblem, language: Language): z.infer<typeof problemSchema> => ({
  code: problem.code,
  severity: problem.severity,
  position: problem.position ?? null,
  params: problem.params,
  message: renderFileProblem(language, problem.code, problem.params),
})

const toStatement = (
  statement: StatementPreview,
  language: Language,
): z.infer<typeof statementSchema> => ({
  ...statement,
  problems: statement.problems.map((each) => toProblem(each, language)),
  sample: [...statement.sample],
})

/** The public form of a preview. */
export const toPreview = (
  { layout, problems, statements, ...preview }: ImportPreview,
  language: Language,
): z.infer<typeof previewSchema> => ({
  ...preview,
  layout: layout === null ? null : { ...layout, columns: [...layout.columns] },
  problems: problems.map((each) => toProblem(each, language)),
  statements: statements.map((each) => toStatement(each, language)),
})
