import { HEALTH_CHECK_INTERVAL, HEALTH_CHECK_TIME_MAX, HEALTH_NAMES_MAX, NODES_DIFFER_TIME_MAX } from '../limits.ts'
import type { NodesOverview } from '../worker/node-store.ts'
import { type Finding, type HealthCheck, up, warning } from './health-check.ts'

/** How the runners are that share the store: which went silent, differ for longer than a deployment takes, or can run what waits. */
export function runnersFinding(overview: NodesOverview): Finding {
	const { now, nodes } = overview
	const facts = {
		runners: nodes.length,
		draining: nodes.filter(({ drainingTime }) => drainingTime !== null).length,
		running: nodes.reduce((sum, { runningCount }) => sum + runningCount, 0),
		slots: nodes.reduce((sum, { slots }) => sum + slots, 0),
		each: nodes.slice(0, HEALTH_NAMES_MAX).map(({ folderId, host, version, beatTime, runningCount, slots, drainingTime }) => ({
			...{
				id: folderId,
				host,
				version,
				secondsSilent: secondsSince(beatTime, now),
				running: runningCount,
				slots,
				isDraining: drainingTime !== null,
			},
		})),
	}
	const messages = [
		...overview.lost.slice(0, HEALTH_NAMES_MAX).map(({ host, lostTime }) => {
			return `A runner on ${host} went silent ${minutesSince(lostTime, now)} ago without leaving.`
		}),
		...strandedText(overview),
		...drainingText(overview),
		...differingText(overview),
		...nodes
			.filter(({ drainingTime }) => isLong(drainingTime ?? now, now))
			.slice(0, HEALTH_NAMES_MAX)
			.map(({ host, drainingTime }) => `The runner on ${host} has been draining for ${minutesSince(drainingTime!, now)}.`),
	]
	return messages.length > 0 ? warning(messages.join(' '), facts) : up(facts)
}

function strandedText({ stranded }: NodesOverview): string[] {
	if (stranded.length === 0) return []
	return [`Jobs wait that no runner can run, because none has the content they were started with: of runbooks ${named(stranded)}.`]
}

/** At once, because each alone may drain on purpose, but calls are still answered with 202 and their jobs only wait. */
function drainingText({ nodes }: NodesOverview): string[] {
	if (nodes.length === 0 || nodes.some(({ drainingTime }) => drainingTime === null)) return []
	return [`No runner takes jobs: ${nodes.length === 1 ? 'the only one is' : `all ${nodes.length} are`} draining.`]
}

/** Those that drain are about to go. */
function differingText({ now, nodes, contents }: NodesOverview): string[] {
	const staying = nodes.filter(({ drainingTime }) => drainingTime === null)
	const versions = [...new Set(staying.map(({ version }) => version))].sort()
	const since = Math.max(...staying.map(({ registrationTime }) => registrationTime))
	const ofVersions =
		versions.length > 1 && isLong(since, now)
			? [`Runners of versions ${named(versions)} stand side by side for ${minutesSince(since, now)}.`]
			: []
	const changed = Math.max(...staying.map(({ contentsTime }) => contentsTime))
	const names = [...new Set(contents.map(({ runbookName }) => runbookName))].sort()
	const owned = new Map(contents.map(({ nodeId, runbookName, contentHash }) => [`${nodeId} ${runbookName}`, contentHash]))
	const differing = names.filter((name) => new Set(staying.map(({ nodeId }) => owned.get(`${nodeId} ${name}`))).size > 1)
	const ofRunbooks =
		differing.length > 0 && isLong(changed, now)
			? [`Runbooks are not the same on all runners for ${minutesSince(changed, now)}: ${named(differing)}.`]
			: []
	return [...ofVersions, ...ofRunbooks]
}

function isLong(since: number, now: number): boolean {
	return now - since > NODES_DIFFER_TIME_MAX
}

function named(names: string[]): string {
	const more = names.length > HEALTH_NAMES_MAX ? `, and ${names.length - HEALTH_NAMES_MAX} more` : ''
	return `${names.slice(0, HEALTH_NAMES_MAX).join(', ')}${more}`
}

function secondsSince(time: number, now: number): number {
	return Math.max(0, Math.round((now - time) / 1_000))
}

function minutesSince(time: number, now: number): string {
	const seconds = secondsSince(time, now)
	return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`
}

/** Whether all runners are there and alike. */
export function runnersCheck(runners: { overview(): Promise<NodesOverview> }): HealthCheck {
	return {
		part: 'runners',
		interval: HEALTH_CHECK_INTERVAL,
		timeMax: HEALTH_CHECK_TIME_MAX,
		look: async () => runnersFinding(await runners.overview()),
	}
}
