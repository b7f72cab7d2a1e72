// What the trial run posts: the bodies that scripts and Azure Monitor send.

/** One call of a webhook; `names` is what it is about, in a word or two. */
export type DemoCall = { webhookName: string; names: string; headers: Record<string, string>; body: string }

const subscriptionId = '11111111-1111-1111-1111-111111111111'

/** The request of Microsoft's page on webhooks, to the letter. */
const startMachines: DemoCall = {
	webhookName: 'start-vms',
	names: 'vm01 and vm02',
	headers: { From: 'user@contoso.com', Date: '05/28/2015 15:47:00', 'Content-Type': 'application/json' },
	body: JSON.stringify([
		{ Name: 'vm01', ServiceName: 'vm01' },
		{ Name: 'vm02', ServiceName: 'vm02' },
	]),
}

/** A metric alert in the common alert schema, about a machine that runs; the monitor writes ids in lower case. */
function metricAlert(now: Date): DemoCall {
	const machine = `/subscriptions/${subscriptionId}/resourcegroups/rg-runbooks/providers/microsoft.compute/virtualmachines/vm03`
	const body = {
		schemaId: 'azureMonitorCommonAlertSchema',
		data: {
			essentials: {
				alertId: `/subscriptions/${subscriptionId}/providers/Microsoft.AlertsManagement/alerts/8c1ef5a8-0c8e-4d6f-9e0c-2f4a3f6f1a10`,
				alertRule: 'too-many-connections',
				severity: 'Sev2',
				signalType: 'Metric',
				monitorCondition: 'Fired',
				monitoringService: 'Platform',
				alertTargetIDs: [machine],
				configurationItems: ['vm03'],
				firedDateTime: now.toISOString(),
				description: 'More inbound flows than this machine should have.',
				essentialsVersion: '1.0',
				alertContextVersion: '1.0',
			},
			alertContext: {
				conditionType: 'SingleResourceMultipleMetricCriteria',
				condition: {
					windowSize: 'PT5M',
					allOf: [
						{
							metricName: 'Inbound Flows',
							metricNamespace: 'Microsoft.Compute/virtualMachines',
							operator: 'GreaterThan',
							threshold: '500',
							timeAggregation: 'Average',
							dimensions: [],
							metricValue: 1250,
						},
					],
				},
			},
			customProperties: {},
		},
	}
	return {
		webhookName: 'start-capture',
		names: 'an alert about vm03',
		headers: { 'Content-Type': 'application/json; charset=utf-8' },
		body: JSON.stringify(body),
	}
}

/** The calls of a trial run that begins at this instant. */
export function demoCalls(now: Date): DemoCall[] {
	return [startMachines, metricAlert(now)]
}
