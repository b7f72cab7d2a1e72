import { wordOf } from './json-member.ts'

/** Whether what a rule watches for began or ended. */
export type Condition = 'fired' | 'resolved'

/** What senders call it: the common alert schema, metric alerts, Alertmanager and Grafana, Grafana before 8. */
const conditions = new Map<string, Condition>([
	['fired', 'fired'],
	['activated', 'fired'],
	['firing', 'fired'],
	['alerting', 'fired'],
	['resolved', 'resolved'],
	['deactivated', 'resolved'],
	['ok', 'resolved'],
])

/** The condition that a sender's word stands for; null for any other word. */
export function conditionOf(value: unknown): Condition | null {
	return conditions.get(wordOf(value)) ?? null
}
