// Where the runbook in Azure is, and the client to reach it with.
import { AutomationClient } from '@azure/arm-automation'
import { type Azure, checkResourceGroup, checkResourceName, checkSubscriptionId } from 'runhook'

/** An Automation account in Azure. */
export type AzureAccount = {
	azure: Azure
	client: AutomationClient
	/** Its resource group and its name: the first two arguments of every call. */
	names: readonly [resourceGroup: string, account: string]
}

/** Names as they were given. */
export type GivenPlace = {
	SubscriptionId?: string | undefined
	ResourceGroupName: string
	AutomationAccountName: string
	RunbookName: string
	RunOn?: string | undefined
}

/** The same, checked. */
export type Place = { subscriptionId: string; names: AzureAccount['names']; runbookName: string; runOn: string | undefined }

/** Checks every name before the first call; throws an Error that names the parameter. */
export function readPlace(given: GivenPlace, environment: { AZURE_SUBSCRIPTION_ID?: string | undefined }): Place {
	const { SubscriptionId, RunbookName, RunOn } = given
	const subscription = SubscriptionId || environment.AZURE_SUBSCRIPTION_ID
	if (!subscription) throw new Error('The subscription is unknown: give the parameter SubscriptionId or set AZURE_SUBSCRIPTION_ID.')
	if (!/^[A-Za-z][A-Za-z0-9_-]{0,62}$/.test(RunbookName))
		throw new Error(`RunbookName is not the name of a runbook: ${RunbookName.slice(0, 200)}`)
	if (RunOn && !/^[^\p{C}/\\]{1,128}$/u.test(RunOn))
		throw new Error(`RunOn is not the name of a hybrid worker group: ${RunOn.slice(0, 200)}`)
	return {
		subscriptionId: checkSubscriptionId(subscription, SubscriptionId ? 'SubscriptionId' : 'AZURE_SUBSCRIPTION_ID'),
		names: [
			checkResourceGroup(given.ResourceGroupName, 'ResourceGroupName'),
			checkResourceName(given.AutomationAccountName, 'AutomationAccountName'),
		],
		runbookName: RunbookName,
		runOn: RunOn || undefined,
	}
}

/** The account as it is reached under these terms. Sends nothing. */
export function azureAccount(azure: Azure, { subscriptionId, names }: Place): AzureAccount {
	return { azure, client: azure.automationClient(AutomationClient, subscriptionId), names }
}

/** An error of Azure in the words of the other runbooks; one of our own as it is. */
export function worded(azure: Azure, error: unknown): Error {
	const { code, message } = azure.failure(error)
	if (code === 'Error' || code === 'Aborted') return error as Error
	// Without its cause, which would say the same again, and without leaving out secrets.
	return new Error(`${code}: ${message}`)
}
