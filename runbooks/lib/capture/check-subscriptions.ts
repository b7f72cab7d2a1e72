import { type ArmId, checkSubscriptionId, parseArmId } from 'runhook'
import type { CaptureParameters } from './capture-parameters.ts'

/**
 * Throws an Error when a machine is in a subscription that the webhook is not for: whoever can send it a request must not reach
 * everything that the runner's identity can. Its own subscription is the parameter SubscriptionId, else that of StorageId.
 */
export function checkSubscriptions(
	{ SubscriptionId, StorageId, AllowedSubscriptions }: Pick<CaptureParameters, 'SubscriptionId' | 'StorageId' | 'AllowedSubscriptions'>,
	machines: ArmId[],
): void {
	const { AZURE_SUBSCRIPTION_ID } = process.env
	const own = SubscriptionId ?? (StorageId ? parseArmId(StorageId, 'StorageId').subscriptionId : AZURE_SUBSCRIPTION_ID)
	const allowed = [...(own ? [checkSubscriptionId(own, 'SubscriptionId')] : []), ...AllowedSubscriptions].map((id) => id.toLowerCase())
	const foreign = machines.find(({ subscriptionId }) => !allowed.includes(subscriptionId.toLowerCase()))
	if (foreign)
		throw new Error(
			`VM '${foreign.name}' is in subscription ${foreign.subscriptionId}, which this webhook may not use: list it in AllowedSubscriptions.`,
		)
}
