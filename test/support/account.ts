import { accountPath } from '../../src/http/server.ts'

/** The path of a runner's account, unless it is set. */
export const account = accountPath({ subscriptionId: '00000000-0000-0000-0000-000000000000', resourceGroup: 'runhook', name: 'runhook' })
