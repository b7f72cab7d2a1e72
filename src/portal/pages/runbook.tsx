export function RunbookPage({ name }: { name: string }) {
	return <h1 tabIndex={-1}>{name}</h1>
}
