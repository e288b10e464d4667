import { execFile } from 'node:child_process'

export interface Ended {
  code: number
  stdout: string
  stderr: string
}

interface Circumstances {
  cwd?: string
  env?: Record<string, string>
  /** Gets a SIGINT as soon as its standard error says this. */
  interruptAt?: string
}

/** Runs a program to its end, whatever its exit code; more than 10 MB of output end it. */
export const runProgram = (
  [program, ...args]: readonly [string, ...string[]],
  { cwd = process.cwd(), env = {}, interruptAt }: Circumstances = {},
): Promise<Ended> =>
  new Promise((resolve) => {
    const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 10_000_000 }
    const child = execFile(program, args, options, (error, stdout, stderr) =>
      resolve({
        code: typeof error?.code === 'number' ? error.code : (child.exitCode ?? -1),
        stdout,
        stderr,
      }),
    )
    let said = ''
    const listen = (text: string): void => {
      said += text
      if (interruptAt === undefined || !said.includes(interruptAt)) return
      child.stderr?.off('data', listen)
      child.kill('SIGINT')
    }
    child.stderr?.on('data', listen)
  })
