import { useEffect, useMemo, useState } from 'preact/hooks'
import type { JobItem, Page } from './answers.ts'
import { ask, containing, follow, query, term } from './api.ts'
import { Await, PageHead } from './parts/basics.tsx'
import { JobFilters, spans } from './parts/job-filters.tsx'
import { JobTable } from './parts/job-table.tsx'
import { useTicking } from './parts/loaded.ts'
import { PausedState } from './parts/paused-state.tsx'
import { StartRunbookButton } from './parts/start-runbook.tsx'
import { route } from './route.ts'
import { now } from './session.ts'
import { faultText } from './words.ts'

const PAGE_SIZE = 50

/** The members of the address as the API's filter. */
function filterOf(members: URLSearchParams): string {
	const text = (name: string) => members.get(name) ?? ''
	const span = spans.get(text('time'))
	return [
		text('status') && term('status', 'eq', text('status')),
		text('runbook') && term('runbook/name', 'eq', text('runbook')),
		text('webhook') && term('webhook/name', 'eq', text('webhook')),
		text('text') && containing(text('text')),
		span !== undefined && term('startTime', 'ge', new Date(now() - span).toISOString()),
	]
		.filter(Boolean)
		.join(' and ')
}

/** The newest jobs, live, and older ones page by page. */
export function JobsPage() {
	const { members } = route.value
	const key = ['status', 'runbook', 'webhook', 'time', 'text'].map((name) => members.get(name) ?? '').join('\n')
	// The key is what the filter is made of, but for the time.
	const asked = useMemo(() => `/jobs${query({ $top: PAGE_SIZE, $filter: filterOf(members) })}`, [key])
	useTicking(10_000)
	return (
		<>
			<PageHead title="Jobs">
				<StartRunbookButton />
			</PageHead>
			<JobFilters />
			<LiveJobs key={asked} asked={asked} isSearch={(members.get('text') ?? '') !== ''} />
		</>
	)
}

function LiveJobs({ asked, isSearch }: { asked: string; isSearch: boolean }) {
	const [first, setFirst] = useState<Page<JobItem>>()
	const [isLive, setLive] = useState(false)
	const [older, setOlder] = useState<Page<JobItem>>()
	const [fault, setFault] = useState<string>()
	// Older pages go on where the first one ended: one that moves on beneath them would leave a gap.
	const isPaused = older !== undefined
	useEffect(() => {
		if (isPaused) return
		const gone = new AbortController()
		const show = (page: Page<JobItem>) => {
			setFirst(page)
			setFault(undefined)
		}
		const onEvent = ({ name, data }: { name: string; data: string }) => {
			if (name === 'page') show(JSON.parse(data))
			return true
		}
		// Where it cannot be followed the plain list is shown, or says why not.
		let isFollowing = false
		const showPlain = () =>
			ask<Page<JobItem>>(asked, { signal: gone.signal }).then(
				// What was asked for before it could be followed again is older than what came since.
				(page) => isFollowing || show(page),
				(error) => isFollowing || gone.signal.aborted || setFault(faultText(error)),
			)
		const onState = (live: boolean) => {
			isFollowing = live
			setLive(live)
			if (!live) void showPlain()
		}
		void follow(`${asked}&follow=true`, { onEvent, onState, signal: gone.signal }).then((refusal) => refusal && showPlain())
		return () => gone.abort()
	}, [asked, isPaused])
	const last = older ?? first
	const shown = [...new Map([...(first?.value ?? []), ...(older?.value ?? [])].map((job) => [job.properties.jobId, job])).values()]
	return (
		<Await of={{ value: first, fault, reload: () => location.reload() }}>
			{() => (
				<section class="card">
					<LiveState isLive={isLive} isPaused={isPaused} onResume={() => setOlder(undefined)} />
					<JobTable jobs={shown} empty={last?.nextLink ? 'None of the newest jobs.' : 'There are no such jobs.'} />
					{last?.nextLink && (
						<OlderJobs
							nextLink={last.nextLink}
							isSearch={isSearch}
							onCome={(come) => setOlder({ ...come, value: [...(older?.value ?? []), ...come.value] })}
						/>
					)}
				</section>
			)}
		</Await>
	)
}

type Older = { nextLink: string; isSearch: boolean; onCome: (page: Page<JobItem>) => void }

/** The way to older jobs. A page of a search may have few jobs or none: it goes on until there is something to show, or somebody has enough. */
function OlderJobs({ nextLink, isSearch, onCome }: Older) {
	const [searching, setSearching] = useState<AbortController>()
	const [fault, setFault] = useState<string>()
	useEffect(() => () => searching?.abort(), [searching])
	const more = async () => {
		const stopped = new AbortController()
		setSearching(stopped)
		setFault(undefined)
		let page: Page<JobItem> = { value: [], nextLink }
		try {
			do page = await ask<Page<JobItem>>(`/jobs${new URL(page.nextLink!).search}`, { signal: stopped.signal })
			while (page.value.length === 0 && page.nextLink)
		} catch (error) {
			if (!stopped.signal.aborted) setFault(faultText(error))
		}
		setSearching(undefined)
		// Where it was stopped it goes on from there the next time.
		onCome(page)
	}
	const begin = isSearch ? 'Search older jobs' : 'Show older jobs'
	return (
		<div class="older">
			{/* One button, which keeps the focus. */}
			<button type="button" onClick={() => (searching ? searching.abort() : void more())}>
				{searching ? 'Stop' : begin}
			</button>
			<span class={fault ? 'fault' : 'weak'} role="status">
				{searching ? 'Looking through older jobs…' : fault}
			</span>
		</div>
	)
}

function LiveState({ isLive, isPaused, onResume }: { isLive: boolean; isPaused: boolean; onResume: () => void }) {
	if (isPaused) return <PausedState what="jobs" onResume={onResume} />
	return (
		<p class="live weak" role="status">
			<span class={isLive ? 'dot on' : 'dot'} /> {isLive ? 'Live' : 'Not live: connecting…'}
		</p>
	)
}
