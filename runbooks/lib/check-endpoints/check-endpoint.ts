// The whole check of one endpoint: as often as asked for, then every instance by itself.
import type { Endpoint } from './endpoint.ts'
import type { Names } from './names.ts'
import { median } from './trend.ts'
import { NameFailure, type Timings, takeTrip, type Visit } from './trip.ts'

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
	const deadline = AbortSignal.timeout(Math.ceil(endpoint.timeoutMs))
	const ms: Timings = { dns: null, connect: null, tls: null, firstByte: null, total: 0 }
	const visit: Visit = { status: null, ms, tlsDaysLeft: null, addresses: [], findings: [], reasons: [], isAnswered: false }
	const begin = performance.now()
	try {
		signal.throwIfAborted()
		await takeTrip({ endpoint, visit, names, instance, signal: AbortSignal.any([signal, deadline]) })
	} catch (error) {
		if (signal.aborted) throw signal.reason
		visit.findings.push(deadline.aborted ? 'Timeout' : failureFinding(error))
		if (error instanceof NameFailure) visit.reasons.push(error.message)
	}
	ms.total = performance.now() - begin
	return visit
}

/** What a step that could not be taken is called. An error of ours is thrown on: it says nothing of the endpoint. */
function failureFinding(error: unknown): string {
	if (error instanceof NameFailure) return 'DnsError'
	const { code } = error as NodeJS.ErrnoException
	if (typeof code !== 'string' || !/^[A-Z][A-Z\d_]*$/.test(code)) throw error
	return `ConnectionError(${code})`
}
