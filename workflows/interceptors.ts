import type { WorkflowInterceptorsFactory } from '@temporalio/workflow'

/** Temporal's own names begin with this, and its SDK fails every task of a workflow that is sent one it does not know. */
const reserved = '__temporal_'

/**
 * Signals come from anywhere: one whose name is reserved gets a blank before it, so that it is refused like any other
 * that nobody knows instead of stopping its workflow for ever.
 */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  internals: [
    {
      activate: (input, next) => {
        for (const { signalWorkflow } of input.activation.jobs ?? []) {
          if (signalWorkflow?.signalName?.startsWith(reserved))
            signalWorkflow.signalName = ` ${signalWorkflow.signalName}`
        }
        next(input)
      },
    },
  ],
})
