// The whole check of one endpoint: as often as asked for, then every instance by itself.
import { isIP } from 'node:net'
import { hostOf } from './connection.ts'
import type { Endpoint } from './endpoint.ts'
import type { Names } from './names.ts'
import { median } from './trend.ts'
import { NameFailure, type Timings, takeTrip, untilAborted, type Visit } from './trip.ts'
import { turns } from './turns.ts'

/**
 * Look-ups at a time. Each takes one of the four threads that Node has for all such work, until the system gives up; where a name server is
 * dead they would all be taken, and endpoints that are well would have to wait for them.
 */
const LOOKUPS_MAX = 3
/** Longest wait for a turn, milliseconds; systems give a look-up up within half a minute. */
const TURN_WAIT_MAX = 60_000

const lookUpInTurn = turns(LOOKUPS_MAX)

export type Check = Pick<Visit, 'status' | 'ms' | 'tlsDaysLeft' | 'addresses' | 'findings' | 'reasons'> & {
	/** Whether its duration says how fast the endpoint is: one that fails at once is not fast. */
	isComparable: boolean
}

export type CheckOptions = { repeat: number; names: Names; signal: AbortSignal }

/** Checks one endpoint. Rejects only when the signal aborts: what else goes wrong is a finding. */
export async function checkEndpoint(endpoint: Endpoint, { repeat, names, signal }: CheckOptions): Promise<Check> {
	const visits: Visit[] = []
	while (visits.length < repeat) visits.push(await visitEndpoint(endpoint, { names, signal }))
	const shown = representative(visits)
	const findings = visits.flatMap((visit) => visit.findings)
	const reasons = visits.flatMap((visit) => visit.reasons)
	if (shown.isAnswered && shown.ms.total > endpoint.maxMs) findings.push(`Slow(${Math.round(shown.ms.total)})`)
	for (const instance of endpoint.instances) {
		const visit = await visitEndpoint(endpoint, { instance, names, signal })
		const faults = visit.findings.filter((finding) => !finding.startsWith('TlsExpiring('))
		if (faults.length === 0) continue
		findings.push(`InstanceDown(${instance})`)
		reasons.push(`${instance}: ${[...faults, ...visit.reasons].join(', ')}`)
	}
	const { status, ms, tlsDaysLeft, addresses } = shown
	const isComparable = visits.every((visit) => visit.findings.length === 0)
	return { status, ms, tlsDaysLeft, addresses, findings: [...new Set(findings)], reasons: [...new Set(reasons)], isComparable }
}

/** The first visit that failed, else the one whose duration is in the middle. */
function representative(visits: Visit[]): Visit {
	const failed = visits.find(({ findings }) => findings.length > 0)
	if (failed) return failed
	const middle = median(visits.map(({ ms }) => ms.total))
	return visits.toSorted((one, other) => Math.abs(one.ms.total - middle) - Math.abs(other.ms.total - middle))[0]!
}

type VisitOptions = { instance?: string; names: Names; signal: AbortSignal }

async function visitEndpoint(endpoint: Endpoint, { instance, names, signal }: VisitOptions): Promise<Visit> {
	const ms: Timings = { dns: null, connect: null, tls: null, firstByte: null, total: 0 }
	const visit: Visit = { status: null, ms, tlsDaysLeft: null, addresses: [], findings: [], reasons: [], isAnswered: false }
	let begin = performance.now()
	let deadline: AbortSignal | undefined
	try {
		signal.throwIfAborted()
		const host = hostOf(new URL(endpoint.url))
		const begun = instance === undefined && !isIP(host) ? await beginLookUp(host, names, signal) : names
		// The wait for a turn says nothing of the endpoint.
		begin = performance.now()
		deadline = AbortSignal.timeout(Math.ceil(endpoint.timeoutMs))
		await takeTrip({ endpoint, visit, names: begun, instance, signal: AbortSignal.any([signal, deadline]) })
	} catch (error) {
		if (signal.aborted) throw signal.reason
		const finding = deadline?.aborted ? 'Timeout' : failureFinding(error)
		visit.findings.push(finding)
		if (error instanceof NameFailure) visit.reasons.push(error.message)
		// The kind alone: a text may quote what a server sent.
		if (finding === 'CheckFailed') visit.reasons.push((error as Error).name)
	}
	ms.total = performance.now() - begin
	return visit
}

/** The names, of which that of the host is being looked up. Rejects with a NameFailure when that could not even begin. */
async function beginLookUp(host: string, names: Names, signal: AbortSignal): Promise<Names> {
	const tooLong = AbortSignal.timeout(TURN_WAIT_MAX)
	const stopped = AbortSignal.any([signal, tooLong])
	const work = async () => {
		stopped.throwIfAborted()
		return names.addresses(host)
	}
	const { result } = await untilAborted(lookUpInTurn(work), stopped).catch((error: Error) => {
		throw signal.aborted ? error : new NameFailure('other look-ups did not end')
	})
	return { ...names, addresses: (wanted) => (wanted === host ? result : names.addresses(wanted)) }
}

/** What a step that could not be taken is called. */
function failureFinding(error: unknown): string {
	if (error instanceof NameFailure) return 'DnsError'
	const { code } = error as NodeJS.ErrnoException
	// An error of ours, which says nothing of the endpoint; the others are to be checked all the same.
	if (typeof code !== 'string' || !/^[A-Z][A-Z\d_]*$/.test(code)) return 'CheckFailed'
	return `ConnectionError(${code})`
}
