import type { Problem, ProblemCode } from '../../../statement-files/problem.ts'

/** The problem that a file must have, beyond what the notes of the table say; any of several where more than one is right. */
export const verdicts: Readonly<Record<string, readonly ProblemCode[]>> = {
  'coda/pycoda__Coda_faulty_version.txt': ['unsupported_version'],
  'coda/coda_standard__invalid.cod': ['malformed'],
  'coda/synthetic__bad_trailer_sum.cod': ['control_total_mismatch'],
  'coda/synthetic__bad_balance.cod': ['balance_mismatch'],
  'coda/synthetic__truncated.cod': ['truncated'],
  'coda/synthetic__empty_statement.cod': ['nothing_to_import'],
  'coda/synthetic__separate_application.cod': ['partial_statement'],
  'coda/synthetic__duplicate_flag.cod': ['bank_duplicate'],
  'coda/synthetic__bad_date.cod': ['bad_date'],
  'camt053/bsp__camt053_garbled_amount.xml': ['bad_amount'],
  'camt053/synthetic__billion_laughs.xml': ['forbidden_construct'],
  'camt053/synthetic__truncated.xml': ['malformed', 'truncated'],
  'camt053/synthetic__unbalanced.xml': ['balance_mismatch'],
  'camt053/synthetic__pain001.xml': ['wrong_message'],
  'ofx/synthetic__truncated.ofx': ['truncated'],
  'ofx/synthetic__xxe.ofx': ['forbidden_construct'],
  'ofx/synthetic__dup_fitid_chase.ofx': ['reference_reused'],
  'ofx/ofxparse__error_message.ofx': ['bank_error'],
  'ofx/ofxparse__signon_fail.ofx': ['bank_error'],
  'qif/synthetic__ambiguous.qif': ['date_order_ambiguous'],
  'qif/synthetic__split_mismatch.qif': ['splits_mismatch'],
  'qif/synthetic__invst_only.qif': ['investment_only'],
  'csv/bsp__csv_garbled_amount.csv': ['bad_amount'],
  'csv/dutch__empty.csv': ['file_empty', 'columns_unclear'],
  'csv/synthetic__ambiguous_dates.csv': ['date_order_ambiguous'],
  'csv/synthetic__not_csv_pdf.csv': ['not_a_statement'],
  'csv/synthetic__html_error_page.csv': ['not_a_statement'],
}

/** Where a problem stands and what it quotes. */
export const places: Readonly<Record<string, Pick<Problem, 'code' | 'params' | 'position'>>> = {
  'coda/synthetic__bad_date.cod': {
    code: 'bad_date',
    params: { text: '310224' },
    position: { record: 3, from: 48, to: 53 },
  },
  'coda/synthetic__bad_balance.cod': {
    code: 'balance_mismatch',
    params: { opening: '100.00', sum: '20.25', closing: '121.25', difference: '1.00' },
    position: { record: 5, from: 43, to: 57 },
  },
  'coda/synthetic__bad_trailer_sum.cod': {
    code: 'control_total_mismatch',
    params: { what: 'credit', found: '25.50' },
    position: { record: 6, from: 38, to: 52 },
  },
  'camt053/synthetic__truncated.xml': { code: 'truncated', params: {}, position: { line: 2 } },
  'camt053/synthetic__unbalanced.xml': {
    code: 'balance_mismatch',
    params: { difference: '1.00' },
    position: { line: 2 },
  },
  'camt053/bsp__camt053_garbled_amount.xml': {
    code: 'bad_amount',
    params: { text: '12..34' },
    position: { line: 17, column: 20 },
  },
  'csv/bsp__csv_garbled_amount.csv': {
    code: 'bad_amount',
    params: { text: '12..34' },
    position: { line: 3 },
  },
  'ofx/ofxparse__error_message.ofx': { code: 'bank_error', params: { status: '2000' } },
  'ofx/ofxparse__signon_fail.ofx': { code: 'bank_error', params: { status: '15500' } },
}

/**
 * Rows where our rules say something else than the table, by file: the cells that differ and why. The table's own
 * derivations are simpler than the rules, or follow a peer that loses something.
 */
export const deviations: Readonly<Record<string, { cells: readonly string[]; why: string }>> = {
  'ofx/asgrim__ofxdata-selfclose.ofx': {
    cells: ['closing'],
    why: 'an empty balance is none; the peer reads 0.00',
  },
  'ofx/bcimport__checking-emptyledgerbal.ofx': {
    cells: ['closing'],
    why: 'an empty balance is none; the peer reads 0.00',
  },
  'ofx/ofxparse__bad_empty_balance.ofx': {
    cells: ['closing'],
    why: 'an empty balance is none; the peer reads 0.00',
  },
  'ofx/annacruz__utf8.ofx': {
    cells: ['not refused'],
    why: 'no peer reads its payees written as texts; the statement is whole and is read',
  },
  'ofx/ofxparse__ofx-v102-empty-tags.ofx': {
    cells: ['not refused'],
    why: 'no peer reads empty elements; the statement is whole and is read, without a currency',
  },
  'ofx/asgrim__ofxdata-banking-xml200.ofx': {
    cells: ['lines'],
    why: 'its one line has neither day nor amount: it is refused, where the peer counts it as zero',
  },
  'coda/coda_standard__invalid.cod': {
    cells: ['account'],
    why: 'what stands for the account is none: it is refused and told, not given',
  },
  'qif/gnucash__Money95invst_fr.qif': {
    cells: ['lines', 'sum', 'firstOn'],
    why: 'a record of the opening balance is a balance, not a line',
  },
  'qif/quiffen__test.qif': {
    cells: ['lines', 'firstOn'],
    why: 'a record of the opening balance is a balance, not a line',
  },
  'qif/quiffen__test_oth_a.qif': {
    cells: ['lines', 'firstOn'],
    why: 'a record of the opening balance is a balance, not a line',
  },
  'qif/jemmyw__quicken_non_investement_account.qif': {
    cells: ['firstOn'],
    why: 'nothing in the file tells day from month: it is asked, so there is no day yet',
  },
  'qif/jemmyw__splits.qif': {
    cells: ['firstOn'],
    why: 'nothing in the file tells day from month: it is asked, so there is no day yet',
  },
  'csv/bank2ynab__test_headers.csv': {
    cells: ['lines'],
    why: 'a row without an amount is no line; the source counts rows',
  },
  'csv/bank2ynab__test_raiffeisen_01.csv': {
    cells: ['lines'],
    why: 'a row without an amount is no line; the source counts rows',
  },
  'csv/dutch__ing_ok_Mutatiesoort_Extra.csv': {
    cells: ['lines'],
    why: 'a notice of zero is kept as a line; the source leaves it out',
  },
  'csv/dutch__ing_ok_Mutatiesoort_Extra_Unquoted.csv': {
    cells: ['lines'],
    why: 'a notice of zero is kept as a line; the source leaves it out',
  },
  'csv/dutch__NL99INGB9999999999_25-11-2019_30-05-2020.csv': {
    cells: ['account', 'currency'],
    why: 'account and currency stand in the name of the file only, which does not count',
  },
  'csv/lithuanian__danske.csv': {
    cells: ['currency', 'opening', 'closing'],
    why: 'the file states neither; the source takes them from its settings',
  },
  'csv/oca__original_currency.csv': {
    cells: ['currency'],
    why: 'the currency is that of a journal, the file does not state it',
  },
  'csv/oca__original_currency_empty.csv': {
    cells: ['currency'],
    why: 'the currency is that of a journal, the file does not state it',
  },
  'csv/reckon__bom_utf8_file.csv': {
    cells: ['no statement'],
    why: 'the sample holds a header only',
  },
  'csv/reckon__extratofake.csv': {
    cells: ['lines', 'sum', 'firstOn'],
    why: 'the row of the balance brought forward is a balance, not a line',
  },
}
