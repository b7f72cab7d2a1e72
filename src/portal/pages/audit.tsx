import { useState } from 'preact/hooks'
import type { AuditEvent, Page } from './answers.ts'
import { ask, query, term } from './api.ts'
import { Await, Field, PageHead, Time } from './parts/basics.tsx'
import { useLoaded } from './parts/loaded.ts'
import { tellFault } from './parts/notice.tsx'
import { PausedState } from './parts/paused-state.tsx'
import { Table } from './parts/table.tsx'
import { route, setMembers } from './route.ts'
import { faultText } from './words.ts'

type Check = { isIntact: boolean; count: number; faults: string[] }

const PAGE_SIZE = 50

/** Who did what. */
export function AuditPage() {
	const { members } = route.value
	const caller = members.get('caller') ?? ''
	const action = members.get('action') ?? ''
	const filter = [caller && term('caller/name', 'eq', caller), action && term('action', 'eq', action)].filter(Boolean).join(' and ')
	return (
		<>
			<PageHead title="Audit trail">
				<VerifyButton />
			</PageHead>
			<search class="filters">
				<TextMember member="caller" label="Caller" />
				<TextMember member="action" label="Action" example="Such as webhooks/write" />
			</search>
			<section class="card">
				<Entries key={filter} asked={`/auditEvents${query({ $top: PAGE_SIZE, $filter: filter })}`} />
			</section>
		</>
	)
}

function TextMember({ member, label, example }: { member: string; label: string; example?: string }) {
	return (
		<Field label={label}>
			{(attributes) => (
				<input
					{...attributes}
					type="search"
					placeholder={example}
					defaultValue={route.value.members.get(member) ?? ''}
					onChange={(event) => setMembers({ [member]: event.currentTarget.value.trim() })}
				/>
			)}
		</Field>
	)
}

function Entries({ asked }: { asked: string }) {
	// All that is shown, once somebody looks further back: newer entries that came meanwhile would leave a gap.
	const [paused, setPaused] = useState<Page<AuditEvent>>()
	const first = useLoaded(() => ask<Page<AuditEvent>>(asked), asked, paused ? undefined : 10_000)
	const more = (page: Page<AuditEvent>) =>
		tellFault(async () => {
			const next = await ask<Page<AuditEvent>>(`/auditEvents${new URL(page.nextLink!).search}`)
			setPaused({ ...next, value: [...page.value, ...next.value] })
		})
	const resume = () => {
		setPaused(undefined)
		first.reload()
	}
	return (
		<Await of={first}>
			{(newest) => {
				const page = paused ?? newest
				return (
					<>
						{paused && <PausedState what="entries" onResume={resume} />}
						<EntryTable events={page.value} />
						{page.nextLink && (
							<div class="older">
								<button type="button" onClick={() => void more(page)}>
									Show older entries
								</button>
							</div>
						)}
					</>
				)
			}}
		</Await>
	)
}

function EntryTable({ events }: { events: AuditEvent[] }) {
	const details = (of: Record<string, unknown>) =>
		Object.entries(of)
			.map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
			.join(', ')
	return (
		<Table
			label="Entries"
			columns={[
				{ title: 'When', cell: ({ properties: { eventTime } }) => <Time of={eventTime} isExact /> },
				{ title: 'Caller', cell: ({ properties: { caller } }) => caller.name },
				{ title: 'Action', cell: ({ properties: { action } }) => <code>{action}</code> },
				{ title: 'Resource', cell: ({ properties: { resource } }) => resource },
				{ title: 'Details', cell: ({ properties }) => details(properties.details) },
				{ title: 'From', isNarrowHidden: true, cell: ({ properties: { sourceAddress } }) => sourceAddress ?? '-' },
			]}
			rows={events}
			keyOf={({ name }) => name}
			empty="There is no such entry."
		/>
	)
}

function VerifyButton() {
	const [found, setFound] = useState<string>()
	const verify = async () => {
		setFound('Checking…')
		try {
			const { isIntact, count, faults } = await ask<Check>('/auditEvents/verify')
			setFound(isIntact ? `Intact: ${count} entries.` : faults.join(' '))
		} catch (error) {
			setFound(faultText(error))
		}
	}
	return (
		<>
			<span role="status">{found}</span>
			<button type="button" onClick={verify}>
				Verify
			</button>
		</>
	)
}
