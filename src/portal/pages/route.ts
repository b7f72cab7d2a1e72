import { signal } from '@preact/signals'

/** What the address shows: `#/jobs/<name>?status=Failed` is the page `jobs`, a name, and members. */
export type Route = { page: string; name: string | undefined; members: URLSearchParams }

function read(): Route {
	const [path = '', search = ''] = location.hash.replace(/^#\/?/, '').split('?')
	const [page = '', name] = path.split('/')
	return { page: page || 'overview', name: name === undefined ? undefined : decoded(name), members: new URLSearchParams(search) }
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text)
	} catch {
		return text
	}
}

export const route = signal(read())
addEventListener('hashchange', () => {
	route.value = read()
})

/** The address of a page. */
export function href(page: string, name?: string, members: Record<string, string> = {}): string {
	const search = new URLSearchParams(Object.entries(members).filter(([, value]) => value !== '')).toString()
	return `#/${page}${name === undefined ? '' : `/${encodeURIComponent(name)}`}${search && `?${search}`}`
}

export function go(address: string): void {
	location.hash = address
}

/** Nothing of the page stays in sight. */
export function clearPlace(): void {
	history.replaceState(null, '', location.pathname)
	route.value = read()
}

/** Changes members of the address in place: going back leads to the page before, not to the filter before. */
export function setMembers(changed: Record<string, string>): void {
	const { page, name, members } = route.value
	const address = href(page, name, { ...Object.fromEntries(members), ...changed })
	history.replaceState(null, '', address)
	route.value = read()
}
