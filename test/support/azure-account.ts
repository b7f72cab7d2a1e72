import assert from 'node:assert/strict'
import type { Script } from './scripted-server.ts'

/** Name of the only job schedule. */
export const linkId = '6f9619ff-8b86-d011-b42d-00c04fc964ff'
/** An account as Azure has it: PowerShell, pages, lists that leave things out. */
const inAzure: Record<string, Record<string, object>> = {
	runbooks: {
		'Stop-Vms': {
			runbookType: 'PowerShell',
			description: 'Stops machines.',
			parameters: {
				ResourceGroup: { type: 'System.String', isMandatory: true, position: 0 },
				Names: { type: 'System.String[]', isMandatory: false, position: 1, defaultValue: "@('vm01')" },
				Force: { type: 'System.Management.Automation.SwitchParameter', isMandatory: false, position: 2 },
				WebhookData: { type: 'System.Object', isMandatory: false, position: 3 },
			},
		},
		report: { runbookType: 'Python3', parameters: {} },
	},
	webhooks: {
		'on-alert': {
			runbook: { name: 'Stop-Vms' },
			expiryTime: '2030-01-01T00:00:00+00:00',
			isEnabled: true,
			parameters: { resourcegroup: 'rg', force: 'True' },
		},
		old: { runbook: { name: 'report' }, expiryTime: '2020-01-01T00:00:00+00:00', isEnabled: true },
	},
	schedules: {
		evening: {
			startTime: '2026-01-05T20:00:00+01:00',
			expiryTime: '9999-12-31T23:59:00+00:00',
			frequency: 'Week',
			interval: 1,
			timeZone: 'W. Europe Standard Time',
			advancedSchedule: { weekDays: ['Monday', 'Friday'], monthDays: null, monthlyOccurrences: null },
			isEnabled: true,
		},
	},
	jobSchedules: {
		[linkId]: {
			jobScheduleId: linkId,
			schedule: { name: 'evening' },
			runbook: { name: 'Stop-Vms' },
			parameters: { RESOURCEGROUP: 'rg', Names: '["vm02"]' },
			runOn: 'servers',
		},
	},
	variables: { region: { value: '"west"', isEncrypted: false }, key: { isEncrypted: true } },
	credentials: { login: {} },
	modules: { 'Az.Compute': {} },
}

/** Answers as Azure does. Lists have one entry a page, and links to another host than the one that was asked. */
export const azureAccountScript: Script = ({ path, query, headers }, response) => {
	assert.match(headers.authorization ?? '', /^Bearer /)
	const [, kind = '', name] = /automationAccounts\/[^/]+\/(\w+)(?:\/([^/]+))?$/.exec(path) ?? []
	const of = inAzure[kind]
	if (name !== undefined && of?.[name]) return { name, properties: of[name] }
	if (kind === 'certificates') {
		response.statusCode = 403
		return { error: { code: 'AuthorizationFailed', message: 'You may not.' } }
	}
	if (name !== undefined) response.statusCode = 404
	if (name !== undefined) return { code: 'NotFound', message: 'No.' }
	// One a page.
	const at = Number(query.get('at') ?? 0)
	const names = Object.keys(of ?? {})
	const next = at + 1 < names.length ? { nextLink: `https://elsewhere.example${path}?at=${at + 1}` } : {}
	return {
		value: names.slice(at, at + 1).map((each) => ({ name: each, properties: { isGlobal: kind === 'modules' && each === 'Az.Compute' } })),
		...next,
	}
}
