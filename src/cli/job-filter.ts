import { readInstant } from './time-argument.ts'

export type JobFilterOptions = { runbook?: string; status?: string; startedAfter?: string; endedBefore?: string }

/** The API's filter for a list of jobs; undefined for all of them. Throws a UsageError for a time that cannot be read. */
export function jobFilter({ runbook, status, startedAfter, endedBefore }: JobFilterOptions, now: number): string | undefined {
	const instant = (text: string, option: string) => readInstant(text, option, { now, direction: -1 }).toISOString()
	const conditions = [
		runbook === undefined ? '' : `properties/runbook/name eq ${quoted(runbook)}`,
		status === undefined ? '' : `properties/status eq ${quoted(status)}`,
		startedAfter === undefined ? '' : `properties/startTime ge ${instant(startedAfter, '--started-after')}`,
		endedBefore === undefined ? '' : `properties/endTime le ${instant(endedBefore, '--ended-before')}`,
	].filter(Boolean)
	return conditions.length > 0 ? conditions.join(' and ') : undefined
}

/** A text in a filter: a quote in it is doubled. */
function quoted(text: string): string {
	return `'${text.replaceAll("'", "''")}'`
}
