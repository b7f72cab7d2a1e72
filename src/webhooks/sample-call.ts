import { randomUUID } from 'node:crypto'
import type { SignatureRule } from './protections.ts'
import { signatureHeaders } from './signature.ts'

/** Senders whose calls can be tried. */
export const sampleSenders = ['github', 'gitlab', 'slack', 'standardWebhooks', 'grafana', 'azureMonitor', 'generic'] as const
export type SampleSender = (typeof sampleSenders)[number]

type Sample = { headers: Record<string, string>; body: string }

/** The sender whose calls a webhook's signature tells it expects. */
export function senderOf(rule: SignatureRule | undefined): SampleSender {
	return rule === undefined || rule.scheme === 'hmac' ? 'generic' : rule.scheme
}

/** A call as a sender makes it, harmless and with ids of its own; with a body of the operator's own in place of the sample's, if there is one. */
export function sampleCall(
	sender: SampleSender,
	{ rule, secret, body, now }: { rule: SignatureRule | undefined; secret: string | undefined; body: string | undefined; now: number },
): { headers: Record<string, string>; body: Buffer } {
	const id = randomUUID()
	const sample = sampleOf(sender, { id, time: new Date(now).toISOString() })
	const bytes = Buffer.from(body ?? sample.body)
	const signed = rule && secret !== undefined ? signatureHeaders(rule, secret, { body: bytes, now, id: `msg_${id}` }) : {}
	return { headers: { ...sample.headers, ...signed }, body: bytes }
}

const json = { 'Content-Type': 'application/json' }

function sampleOf(sender: SampleSender, { id, time }: { id: string; time: string }): Sample {
	switch (sender) {
		case 'github':
			return {
				headers: { ...json, 'User-Agent': 'GitHub-Hookshot/test', 'X-GitHub-Event': 'ping', 'X-GitHub-Delivery': id },
				body: JSON.stringify({ zen: 'Keep it logically awesome.', hook_id: 1 }),
			}
		case 'gitlab':
			return {
				headers: { ...json, 'User-Agent': 'GitLab/test', 'X-Gitlab-Event': 'Push Hook', 'Idempotency-Key': id },
				body: JSON.stringify({ object_kind: 'push', ref: 'refs/heads/main', project: { name: 'test' }, commits: [] }),
			}
		case 'slack':
			return {
				headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
				body: `command=%2Ftest&text=hello&user_name=test&trigger_id=${id}`,
			}
		case 'standardWebhooks':
			return { headers: json, body: JSON.stringify({ type: 'test', timestamp: time, data: {} }) }
		case 'grafana':
			return {
				headers: { ...json, 'User-Agent': 'Grafana' },
				body: JSON.stringify({
					receiver: 'test',
					status: 'firing',
					alerts: [{ status: 'firing', labels: { alertname: 'TestAlert' }, annotations: {}, startsAt: time, fingerprint: id }],
					version: '1',
					title: '[FIRING:1] TestAlert',
				}),
			}
		case 'azureMonitor':
			return { headers: json, body: JSON.stringify(azureAlert(id, time)) }
		case 'generic':
			return { headers: json, body: JSON.stringify({ test: true, id }) }
	}
}

function azureAlert(id: string, time: string) {
	return {
		schemaId: 'azureMonitorCommonAlertSchema',
		data: {
			essentials: {
				alertId: `/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.AlertsManagement/alerts/${id}`,
				alertRule: 'test',
				severity: 'Sev4',
				signalType: 'Metric',
				monitorCondition: 'Fired',
				monitoringService: 'Platform',
				alertTargetIDs: [],
				firedDateTime: time,
				essentialsVersion: '1.0',
				alertContextVersion: '1.0',
			},
			alertContext: {},
		},
	}
}
