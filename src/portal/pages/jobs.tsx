import { useEffect, useMemo, useState } from 'preact/hooks'
import type { JobItem, Page } from './answers.ts'
import { ask, follow, query, term } from './api.ts'
import { Await, PageHead } from './parts/basics.tsx'
import { JobFilters, spans } from './parts/job-filters.tsx'
import { JobTable } from './parts/job-table.tsx'
import { useTicking } from './parts/loaded.ts'
import { StartRunbookButton } from './parts/start-runbook.tsx'
import { route } from './route.ts'
import { now } from './session.ts'
import { faultText } from './words.ts'

const PAGE_SIZE = 50

/** The members of the address as the API's filter. */
function filterOf(members: URLSearchParams): string {
	const text = (name: string) => members.get(name) ?? ''
	const span = spans[text('time')]
	return [
		text('status') && term('status', 'eq', text('status')),
		text('runbook') && term('runbook/name', 'eq', text('runbook')),
		text('webhook') && term('webhook/name', 'eq', text('webhook')),
		span && term('startTime', 'ge', new Date(now() - span).toISOString()),
	]
		.filter(Boolean)
		.join(' and ')
}

/** The newest jobs, live, and older ones page by page. */
export function JobsPage() {
	const { members } = route.value
	const key = ['status', 'runbook', 'webhook', 'time'].map((name) => members.get(name) ?? '').join('\n')
	// The key is what the filter is made of, but for the time.
	const asked = useMemo(() => `/jobs${query({ $top: PAGE_SIZE, $filter: filterOf(members) })}`, [key])
	useTicking(10_000)
	return (
		<>
			<PageHead title="Jobs">
				<StartRunbookButton />
			</PageHead>
			<JobFilters />
			<LiveJobs key={asked} asked={asked} text={members.get('text') ?? ''} />
		</>
	)
}

function LiveJobs({ asked, text }: { asked: string; text: string }) {
	const [first, setFirst] = useState<Page<JobItem>>()
	const [isLive, setLive] = useState(false)
	const [older, setOlder] = useState<Page<JobItem>>({ value: [] })
	const [fault, setFault] = useState<string>()
	// Older pages go on where the first one ended: one that moves on beneath them would leave a gap.
	const isPaused = older.value.length > 0
	useEffect(() => {
		if (isPaused) return
		const gone = new AbortController()
		const onEvent = ({ name, data }: { name: string; data: string }) => {
			if (name === 'page') setFirst(JSON.parse(data))
			return true
		}
		// A refusal ends following without a word: the plain list says why.
		void follow(`${asked}&follow=true`, { onEvent, onState: setLive, signal: gone.signal }).then(() => {
			if (!gone.signal.aborted) ask<Page<JobItem>>(asked, { signal: gone.signal }).then(setFirst, (error) => setFault(faultText(error)))
		})
		return () => gone.abort()
	}, [asked, isPaused])
	const last = isPaused ? older : first
	const more = async () => {
		const page = await ask<Page<JobItem>>(`/jobs${new URL(last!.nextLink!).search}`)
		setOlder({ ...page, value: [...older.value, ...page.value] })
	}
	const all = [...new Map([...(first?.value ?? []), ...older.value].map((job) => [job.properties.jobId, job])).values()]
	const shown = all.filter((job) => matches(job, text))
	return (
		<Await of={{ value: first, fault, reload: () => location.reload() }}>
			{() => (
				<section class="card">
					<LiveState isLive={isLive} isPaused={isPaused} onResume={() => setOlder({ value: [] })} />
					<JobTable
						jobs={shown}
						empty={text ? `None of the ${all.length} jobs that are shown has '${text}' in it.` : 'There are no such jobs.'}
					/>
					{last?.nextLink && (
						<button type="button" onClick={() => more().catch((error) => setFault(faultText(error)))}>
							Show older jobs
						</button>
					)}
				</section>
			)}
		</Await>
	)
}

function matches({ name, properties: { jobId, runbook, webhook, status } }: JobItem, text: string): boolean {
	const wanted = text.trim().toLowerCase()
	return wanted === '' || [name, jobId, runbook.name, webhook?.name ?? '', status].some((each) => each.toLowerCase().includes(wanted))
}

function LiveState({ isLive, isPaused, onResume }: { isLive: boolean; isPaused: boolean; onResume: () => void }) {
	if (isPaused)
		return (
			<p class="live weak">
				<span class="dot" /> Paused while older jobs are shown.
				<button type="button" class="link" onClick={onResume}>
					Show live jobs
				</button>
			</p>
		)
	return (
		<p class="live weak" role="status">
			<span class={isLive ? 'dot on' : 'dot'} /> {isLive ? 'Live' : 'Not live: connecting…'}
		</p>
	)
}
