import type { RunbookAssets } from '../../src/runbooks/define-runbook.ts'

/** An account without variables and credentials, for runbooks that ask for none. */
const none = () => Promise.reject(new Error('There is none.'))
export const noAssets: RunbookAssets = { variable: none, setVariable: none, credential: none }
