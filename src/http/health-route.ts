import { randomUUID } from 'node:crypto'
import type { Request, RequestHandler } from 'express'
import type { HealthMonitor, PartHealth } from '../health/health-monitor.ts'
import type { HealthPart, LiveSettings } from '../settings-file.ts'
import type { Runners } from '../worker/runners.ts'
import { type Refused, sendError, sendJson, sendRefusal } from './error-response.ts'
import { type MonitorAccessParts, monitorAccess } from './monitor-access.ts'
import { timeText } from './wire.ts'

export type HealthParts = MonitorAccessParts & {
	health: Pick<HealthMonitor, 'health'>
	runners: Pick<Runners, 'isDraining'>
	liveSettings: () => LiveSettings
}

/** What the address of a health endpoint names. */
type Asked = { kind: 'live' | 'ready' | 'random' | 'configuredStatus' } | AskedMode
type AskedMode = { kind: 'mode'; parts: readonly HealthPart[]; part: string | undefined }

/** A call is taken while the store takes it; whatever else is down, the job is kept and runs later. */
const readyParts: readonly HealthPart[] = ['store']

/** The health endpoints. Where they are and who may see what is looked up at each request, so that both change without a restart. */
export function healthRoute(parts: HealthParts): RequestHandler {
	return async (request, response, next) => {
		const asked = askedOf(request.path, parts.liveSettings().health)
		if (!asked) return next()
		if (request.method !== 'GET' && request.method !== 'HEAD') {
			response.setHeader('Allow', 'GET, HEAD')
			return sendError(response, 'MethodNotAllowed', `${request.method} is not one of the methods of this resource: GET, HEAD.`)
		}
		const answer = asked.kind === 'mode' ? await ofMode(asked, request, parts) : ofKind(asked.kind, parts)
		if ('refused' in answer) sendRefusal(response, answer)
		else sendJson(response, answer.httpStatus, answer.json)
	}
}

/** undefined for any other address: there is nothing, and the answer says no more. */
function askedOf(path: string, { path: base, modes }: LiveSettings['health']): Asked | undefined {
	// Orchestrators are told them once, for all installations.
	if (path === '/health/live') return { kind: 'live' }
	if (path === '/health/ready') return { kind: 'ready' }
	if (!path.startsWith(`${base}/`)) return undefined
	const [mode = '', part, ...rest] = path.slice(base.length + 1).split('/')
	if (rest.length > 0) return undefined
	if (part === undefined && mode === 'random') return { kind: 'random' }
	if (part === undefined && mode === 'configured-status') return { kind: 'configuredStatus' }
	return Object.hasOwn(modes, mode) ? { kind: 'mode', parts: modes[mode]!, part } : undefined
}

type Told = { httpStatus: number; json: unknown } | Refused

/** What is told to everybody. */
function ofKind(kind: Exclude<Asked['kind'], 'mode'>, { health, runners, liveSettings }: HealthParts): Told {
	const { configuredStatus } = liveSettings().health
	switch (kind) {
		case 'live':
			return told('up')
		case 'ready':
			// Load balancers go by the code; the word is for whoever looks why.
			if (runners.isDraining) return { httpStatus: 503, json: { status: 'draining' } }
			return told(statusOf(readyParts.map((part) => health.health(part))))
		// By these two a monitor proves that it looks at what it is answered.
		case 'random':
			return { httpStatus: 200, json: { value: randomUUID() } }
		case 'configuredStatus':
			return { httpStatus: configuredStatus, json: { status: configuredStatus } }
	}
}

async function ofMode({ parts, part: asked }: AskedMode, request: Request, around: HealthParts): Promise<Told> {
	const { health, liveSettings, clock } = around
	const access = await monitorAccess(request, liveSettings().health.keyHashes, around)
	if (access.kind === 'refused') return access.refusal
	const time = timeText(clock.now())
	if (asked === undefined) {
		const found = parts.map((part) => health.health(part))
		if (access.kind === 'little') return told(statusOf(found))
		const warnings = found.filter(({ status }) => status === 'warning').map(({ part }) => part)
		const bodies = Object.fromEntries(found.map((each) => [each.part, partBody(each)]))
		return told(statusOf(found), { since: timeText(sinceOf(found)), time, warnings, parts: bodies })
	}
	// Which parts there are is a detail, too.
	if (access.kind === 'little') return access.refusal
	const part = parts.find((each) => each === asked)
	if (!part) return { refused: 'NotFound', message: `There is nothing at ${request.path.slice(0, 256)}.` }
	const found = health.health(part)
	const { status, ...rest } = partBody(found)
	return told(statusOf([found]), { time, ...rest, warnings: status === 'warning' ? [part] : [] })
}

function partBody({ status, since, checkedTime, milliseconds, message, facts = {} }: PartHealth) {
	return { status, since: timeText(since), checkedTime: timeText(checkedTime), milliseconds, message, facts }
}

/** A warning takes nothing down. */
function statusOf(found: PartHealth[]): 'up' | 'down' {
	return found.some(({ status }) => status === 'down') ? 'down' : 'up'
}

/** Down since the first part of those that are; up since the last of all came up. */
function sinceOf(found: PartHealth[]): number {
	const isDown = found.filter(({ status }) => status === 'down')
	return isDown.length > 0 ? Math.min(...isDown.map(({ since }) => since)) : Math.max(...found.map(({ since }) => since))
}

function told(status: 'up' | 'down', details: Record<string, unknown> = {}): Told {
	return { httpStatus: status === 'up' ? 200 : 503, json: { status, ...details } }
}
