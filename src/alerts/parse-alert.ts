import type { Alert, AlertFacts, Message, Reading } from './alert.ts'
import { readActivityLogAlert } from './azure-activity-log.ts'
import { readCommonAlert } from './azure-common-alert.ts'
import { readBudget, readLogAlert } from './azure-log-alert.ts'
import { readAutoscale, readClassicMetricAlert, readMetricAlert } from './azure-metric-alert.ts'
import { readCloudEvent, readEventGrid, readEventGridValidation } from './event-grid.ts'
import { unfolded, withoutDeep } from './json-member.ts'
import { readCaptureRequest, readMachineList } from './machine-request.ts'
import { distinct, machinesOf } from './machines.ts'
import { readAlertGroup, readLegacyGrafana } from './prometheus-alert.ts'
import { type BodyKind, githubEventOf, recogniseAlert } from './recognise-alert.ts'
import { readDevopsEvent, readGithubEvent } from './source-control.ts'

/**
 * Tells who sent a message and what it says, in the same terms for all senders.
 * Any JSON will do: of what is in no known shape the kind is `unknown`, and a fact that is missing or makes no sense is null or left out.
 * Throws an Error that quotes the beginning of a body that is no JSON, nor a form with JSON in `payload`, as GitHub can send it.
 */
export function parseAlert(bodyText: string, headers: Record<string, string>): Alert {
	const raw = readBody(bodyText)
	const message = { body: unfolded(raw), headers }
	const event = githubEventOf(message)
	if (event !== undefined) {
		const { conclusion, ...found } = readGithubEvent(message, event)
		return { kind: `github-${event}`, ...factsOf(found, raw), conclusion }
	}
	const kind = recogniseAlert(message)
	if (kind === 'eventgrid-validation') {
		const { validationCode, ...found } = readEventGridValidation(message)
		return { kind, ...factsOf(found, raw), validationCode }
	}
	return { kind, ...factsOf(readers[kind](message), raw) }
}

/** Those of the kinds that have no facts of their own. */
const readers: Record<Exclude<BodyKind, 'eventgrid-validation'>, (message: Message) => Reading> = {
	eventgrid: readEventGrid,
	cloudevent: readCloudEvent,
	'azure-common-alert': readCommonAlert,
	'azure-metric-alert': readMetricAlert,
	'azure-activity-log': readActivityLogAlert,
	'azure-log-alert': readLogAlert,
	'azure-budget': readBudget,
	'azure-autoscale': readAutoscale,
	'azure-metric-classic': readClassicMetricAlert,
	'azure-devops': readDevopsEvent,
	grafana: readAlertGroup,
	alertmanager: readAlertGroup,
	'grafana-legacy': readLegacyGrafana,
	'vm-list': readMachineList,
	'capture-request': readCaptureRequest,
	unknown: () => ({}),
}

/** The facts of a reading, all of them present. */
function factsOf(found: Reading, raw: unknown): AlertFacts {
	const rules = [...new Set(found.rules?.filter((rule) => rule !== null))]
	const [rule = null, another] = rules
	return {
		subkind: found.subkind ?? null,
		resourceIds: distinct(found.resourceIds ?? []),
		...machinesOf(found),
		condition: found.condition ?? null,
		severity: found.severity ?? null,
		rule: another === undefined ? rule : null,
		rules,
		firedAt: found.firedAt ?? null,
		resolvedAt: found.resolvedAt ?? null,
		description: found.description ?? null,
		properties: withoutDeep(found.properties ?? {}),
		raw,
	}
}

/** The JSON of a body, a byte order mark skipped. */
function readBody(bodyText: string): unknown {
	const text = bodyText.replace(/^\uFEFF/, '')
	try {
		return JSON.parse(text)
	} catch (cause) {
		const payload = /^payload=|&payload=/.test(text) ? new URLSearchParams(text).get('payload') : null
		try {
			if (payload !== null) return JSON.parse(payload)
		} catch {
			// The body as it came says more than what was cut out of it.
		}
		throw new Error(`The body is not JSON: ${text.trim() === '' ? '(empty)' : text.slice(0, 80)}`, { cause })
	}
}
