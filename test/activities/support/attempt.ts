import { MockActivityEnvironment } from '@temporalio/testing'
import { DefaultLogger } from '@temporalio/worker'

/** Runs one attempt of an activity outside a worker. */
export const attempt = <Input, Output>(
  activity: (input: Input) => Promise<Output>,
  input: Input,
): Promise<Output> =>
  new MockActivityEnvironment({ attempt: 1 }, { logger: new DefaultLogger('ERROR') }).run(
    activity,
    input,
  )
