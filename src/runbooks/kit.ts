// What runbook authors import: the package's main export.
// biome-ignore-all lint/performance/noBarrelFile: this file is the public face of the package; inside src nobody imports it
export { z } from 'zod'
export type { Alert, AlertKind } from '../alerts/alert.ts'
export { member } from '../alerts/json-member.ts'
export { parseAlert } from '../alerts/parse-alert.ts'
export { type ArmId, checkResourceGroup, checkResourceName, checkSubscriptionId, parseArmId } from './arm-names.ts'
export type { ArmClient, AutomationClientClass, Azure, AzureFailure, AzureTerms, LongRunningOperation, OperationOptions } from './azure.ts'
export { mayPass } from './azure-may-pass.ts'
export {
	type DefinedRunbook,
	defineRunbook,
	type Progress,
	type RunbookContext,
	type RunbookCredential,
	type RunbookLimits,
	type RunbookPermissions,
} from './define-runbook.ts'
export { ReceivedWebhookData, WebhookData } from './received-webhook-data.ts'
export type { RunbookSchedule } from './runbook-schedule.ts'
