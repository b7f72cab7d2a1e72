import startCapture from '../../runbooks/start-capture.ts'
import { type SimulatedAzure, subscriptionId } from '../azure/simulated-azure.ts'
import { runRunbook, type Written, webhookData } from './run-runbook.ts'

const idIn = (group: string, type: string, name: string, subscription = subscriptionId) =>
	`/subscriptions/${subscription}/resourceGroups/${group}/providers/${type}/${name}`

export const machineId = (name: string, group = 'rg-runbooks', subscription = subscriptionId) =>
	idIn(group, 'Microsoft.Compute/virtualMachines', name, subscription)

export const storageId = idIn('rg-runbooks', 'Microsoft.Storage/storageAccounts', 'captures01')

/** A request for one capture, as Microsoft's page has it. */
export const request = {
	subscriptionId,
	networkWatcherResourceGroup: 'NetworkWatcherRG',
	networkWatcherName: 'NetworkWatcher_eastus',
	packetCaptureName: 'pc01',
	storageID: storageId,
	timeLimit: 60,
	targetVM: machineId('vm03'),
}

/** An alert of Azure Monitor on these resources. */
export const alertOn = (alertTargetIDs: string[], monitorCondition = 'Fired') => ({
	schemaId: 'azureMonitorCommonAlertSchema',
	data: { essentials: { alertRule: 'TCP segments', monitorCondition, alertTargetIDs }, alertContext: {} },
})

export type CaptureRun = Written & {
	/** The texts on the Output stream. */
	lines: string[]
	/** The objects on the Output stream. */
	reports: Record<string, unknown>[]
}

/** Runs start-capture with a body as a webhook would, against the simulator. `values` are the parameters of the webhook. */
export async function captureWith(all: SimulatedAzure, body: unknown, values: Record<string, unknown> = {}): Promise<CaptureRun> {
	return runStartCapture(all, { WebhookData: webhookData(body), ...values })
}

export async function runStartCapture(all: SimulatedAzure, values: Record<string, unknown>): Promise<CaptureRun> {
	const written = await runRunbook(startCapture, all, { PollSeconds: 0.001, ...values })
	const lines = written.outputs.filter((value) => typeof value === 'string')
	const reports = written.outputs.filter((value) => typeof value === 'object') as Record<string, unknown>[]
	return { ...written, lines, reports }
}

/** The calls in order, as `operation status`, the same one several times running as one with `×`; without the asking for tokens. */
export function calls({ simulator }: Pick<SimulatedAzure, 'simulator'>): string[] {
	const all = simulator.requests
		.filter(({ operation }) => operation !== 'token')
		.map(({ operation, of, status }) => `${of ? `${of}.` : ''}${operation} ${status}`)
	const rows: { call: string; count: number }[] = []
	for (const call of all) {
		const last = rows.at(-1)
		if (last?.call === call) last.count += 1
		else rows.push({ call, count: 1 })
	}
	return rows.map(({ call, count }) => (count > 1 ? `${call} ×${count}` : call))
}
