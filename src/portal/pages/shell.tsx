import { useSignal, useSignalEffect } from '@preact/signals'
import type { ComponentChildren, ComponentType } from 'preact'
import { useEffect, useErrorBoundary, useLayoutEffect } from 'preact/hooks'
import { AccessTokensPage } from './access-tokens.tsx'
import { AuditPage } from './audit.tsx'
import { CredentialsPage } from './credentials.tsx'
import { JobPage } from './job.tsx'
import { JobsPage } from './jobs.tsx'
import { OverviewPage } from './overview.tsx'
import { forgetUnsaved } from './parts/draft-editor.tsx'
import { Icon, type IconName } from './parts/icon.tsx'
import { closeNotice, Notices, tell } from './parts/notice.tsx'
import { clearPlace, href, route } from './route.ts'
import { RunbookPage } from './runbook.tsx'
import { RunbooksPage } from './runbooks.tsx'
import { SchedulesPage } from './schedules.tsx'
import { may, session, signOut } from './session.ts'
import { nextTheme, theme } from './theme.ts'
import { VariablesPage } from './variables.tsx'
import { WebhookPage } from './webhook.tsx'
import { WebhooksPage } from './webhooks.tsx'
import { faultText } from './words.ts'

type Place = {
	page: string
	title: string
	icon: IconName
	/** What a role has to have for it to be of use. */
	action: string
	list: ComponentType
	one?: ComponentType<{ name: string }>
}

/** The menu, in the order and words of an Automation account in the Azure portal. */
const menu: { title: string; places: Place[] }[] = [
	{ title: '', places: [{ page: 'overview', title: 'Overview', icon: 'overview', action: 'jobs/read', list: OverviewPage }] },
	{
		title: 'Process Automation',
		places: [
			{ page: 'runbooks', title: 'Runbooks', icon: 'runbooks', action: 'runbooks/read', list: RunbooksPage, one: RunbookPage },
			{ page: 'jobs', title: 'Jobs', icon: 'jobs', action: 'jobs/read', list: JobsPage, one: JobPage },
			{ page: 'webhooks', title: 'Webhooks', icon: 'webhooks', action: 'webhooks/read', list: WebhooksPage, one: WebhookPage },
		],
	},
	{
		title: 'Shared Resources',
		places: [
			{ page: 'schedules', title: 'Schedules', icon: 'schedules', action: 'schedules/read', list: SchedulesPage },
			{ page: 'credentials', title: 'Credentials', icon: 'credentials', action: 'credentials/read', list: CredentialsPage },
			{ page: 'variables', title: 'Variables', icon: 'variables', action: 'variables/read', list: VariablesPage },
		],
	},
	{
		title: 'Account Settings',
		places: [
			{ page: 'access', title: 'Access tokens', icon: 'access', action: 'accessTokens/read', list: AccessTokensPage },
			{ page: 'audit', title: 'Audit trail', icon: 'audit', action: 'auditEvents/read', list: AuditPage },
		],
	},
]
const places = menu.flatMap((group) => group.places)

/** The frame of all pages. */
export function Shell() {
	const isMenuOpen = useSignal(false)
	useSignalEffect(() => {
		route.value
		isMenuOpen.value = false
	})
	useEffect(() => {
		const close = ({ key }: KeyboardEvent) => {
			if (key !== 'Escape' || !isMenuOpen.value) return
			isMenuOpen.value = false
			document.querySelector<HTMLElement>('.menu-button')?.focus()
		}
		addEventListener('keydown', close)
		return () => removeEventListener('keydown', close)
	}, [isMenuOpen])
	useEffect(keepFocus, [])
	return (
		<>
			<button type="button" class="skip" onClick={() => focusTitle()}>
				Skip to the page
			</button>
			<TopBar onMenu={() => (isMenuOpen.value = !isMenuOpen.value)} isMenuOpen={isMenuOpen.value} />
			<div class="frame">
				<Menu isOpen={isMenuOpen.value} />
				<main>
					<CurrentPage />
				</main>
			</div>
			<Notices />
		</>
	)
}

function focusTitle(options: FocusOptions = {}): void {
	document.querySelector<HTMLElement>('main h1')?.focus(options)
}

/** Where what had the focus is taken away - a button that has done its work, a row that was deleted - the title gets it, not nothing. */
function keepFocus(): () => void {
	let last: EventTarget | null = null
	const note = ({ target }: FocusEvent) => {
		last = target
	}
	const look = new MutationObserver(() => {
		if (!(last instanceof Element) || last.isConnected || document.activeElement !== document.body) return
		last = null
		focusTitle({ preventScroll: true })
	})
	addEventListener('focusin', note)
	look.observe(document.body, { childList: true, subtree: true })
	return () => {
		removeEventListener('focusin', note)
		look.disconnect()
	}
}

/** Whoever comes next in this browser is to see nothing of who was here. */
async function leave(): Promise<void> {
	try {
		await signOut()
		closeNotice()
		clearPlace()
		forgetUnsaved()
	} catch (error) {
		tell(`You are still signed in. ${faultText(error)}`, true)
	}
}

function TopBar({ onMenu, isMenuOpen }: { onMenu: () => void; isMenuOpen: boolean }) {
	const { name = '', userName = null, roles = [] } = session.value ?? {}
	return (
		<header class="top">
			<button type="button" class="on-brand menu-button" aria-expanded={isMenuOpen} aria-controls="menu" onClick={onMenu}>
				<Icon of="menu" />
				<span class="hidden">Menu</span>
			</button>
			<a class="product" href={href('overview')}>
				Runhook
			</a>
			<span class="grow" />
			<span class="who" title={name}>
				{userName ?? name} <small>{roles.join(', ')}</small>
			</span>
			<button type="button" class="on-brand" onClick={nextTheme} aria-label={`Theme: ${theme.value}`} title={`Theme: ${theme.value}`}>
				<Icon of="theme" />
			</button>
			<button type="button" class="on-brand" onClick={() => void leave()} aria-label="Sign out" title="Sign out">
				<Icon of="sign-out" />
			</button>
		</header>
	)
}

function Menu({ isOpen }: { isOpen: boolean }) {
	const current = currentPage()
	return (
		<nav id="menu" class={isOpen ? 'open' : ''} aria-label="Pages">
			{menu.map(({ title, places: all }) => {
				const shown = all.filter(({ action }) => may(action))
				return (
					shown.length > 0 && (
						<div key={title}>
							{title && <p>{title}</p>}
							<ul>
								{shown.map(({ page, title: text, icon }) => (
									<li key={page}>
										<a href={href(page)} aria-current={page === current ? 'page' : undefined}>
											<Icon of={icon} />
											{text}
										</a>
									</li>
								))}
							</ul>
						</div>
					)
				)
			})}
		</nav>
	)
}

/** Whose role shows no overview begins at what it shows first. */
function currentPage(): string {
	const { page } = route.value
	return page === 'overview' ? (places.find(({ action }) => may(action))?.page ?? page) : page
}

function CurrentPage() {
	const { name } = route.value
	const page = currentPage()
	const place = places.find((each) => each.page === page)
	const title = place ? (name ?? place.title) : 'Not found'
	// Another page has another title to begin to read at: at once, because who types fast is further on a moment later.
	useLayoutEffect(() => {
		document.title = `${title} - Runhook`
		focusTitle()
	}, [page, name])
	if (!place) return <Nothing text="There is no such page." />
	if (!may(place.action)) return <Nothing text={`Your role does not show ${place.title}.`} />
	const { list: List, one: One } = place
	return <Guarded key={`${page}/${name}`}>{name !== undefined && One ? <One name={name} /> : <List />}</Guarded>
}

/** A page that cannot be drawn does not take the frame with it, from which there is a way on. */
function Guarded({ children }: { children: ComponentChildren }) {
	const [error, again] = useErrorBoundary()
	if (error === undefined) return children
	return (
		<>
			<h1 tabIndex={-1}>This page cannot be shown</h1>
			<p class="message fault" role="alert">
				{faultText(error)}{' '}
				<button type="button" class="link" onClick={again}>
					Try again
				</button>
			</p>
		</>
	)
}

function Nothing({ text }: { text: string }) {
	const first = places.find(({ action }) => may(action))
	return (
		<>
			<h1 tabIndex={-1}>{text}</h1>
			{first && <a href={href(first.page)}>{first.title}</a>}
		</>
	)
}
