/** First names, family names and departments the demo mailboxes are made of; invented people, from many places. */
export const firstNames = [
  'Adele', 'Aiko', 'Alejandro', 'Amara', 'Anders', 'Anneliese', 'Aarav', 'Beatriz', 'Björn', 'Camille', 'Chidi', 'Chloé',
  'Dagmar', 'Diego', 'Dmitri', 'Eilidh', 'Elif', 'Emeka', 'Erik', 'Fatima', 'Françoise', 'Gábor', 'Grace', 'Hana', 'Hannah',
  'Hiroshi', 'Ingrid', 'Isabella', 'Ivana', 'Jan', 'Jürgen', 'Joni', 'Kasia', 'Kofi', 'Lars', 'Leila', 'Lena', 'Lukas', 'Mads',
  'Maja', 'Malik', 'Mei', 'Miriam', 'Nadia', 'Niamh', 'Noor', 'Olga', 'Omar', 'Øyvind', 'Patti', 'Pradeep', 'Priya', 'Rachel',
  'Rafael', 'Renée', 'Rohan', 'Sakura', 'Sanna', 'Seán', 'Sofía', 'Søren', 'Svetlana', 'Tariq', 'Thandiwe', 'Tomáš', 'Ursula',
  'Valentina', 'Victor', 'Wei', 'Yara', 'Yusuf', 'Zoë'
]

export const lastNames = [
  'Abe', 'Adeyemi', 'Almeida', 'Andersson', 'Bauer', 'Becker', 'Bianchi', 'Björk', 'Bose', 'Brown', 'Castro', 'Chen', 'Choi',
  'Cooper', 'Costa', 'Dąbrowski', 'Das', 'de Vries', 'Demir', 'Dubois', 'Eriksen', 'Evans', 'Fernández', 'Fischer', 'García',
  'Gruber', 'Haddad', 'Hansen', 'Hassan', 'Hernandez', 'Hoffmann', 'Horváth', 'Ivanova', 'Jansen', 'Johansson', 'Kaya', 'Keller',
  'Khan', 'Kim', 'Kowalski', 'Kumar', 'Larsen', 'Lefèvre', 'Li', 'López', 'Mbeki', 'Meyer', 'Moreau', 'Müller', 'Nakamura',
  'Nguyen', 'Novák', 'Nowak', "O'Brien", 'Okafor', 'Olsen', 'Papadopoulos', 'Patel', 'Petrov', 'Popescu', 'Rossi', 'Santos',
  'Sato', 'Schmidt', 'Schröder', 'Silva', 'Singh', 'Smith', 'Svensson', 'Tanaka', 'Taylor', 'Thompson', 'Tremblay', 'van Dijk',
  'Virtanen', 'Wang', 'Weber', 'Wilber', 'Yamamoto', 'Yılmaz', 'Zhang'
]

export const departments = [
  'Sales', 'Finance', 'Engineering', 'Human Resources', 'Legal', 'Marketing', 'Operations', 'Research', 'Support', 'Purchasing'
]

export const offices = ['Berlin', 'Dublin', 'Kraków', 'Lisboa', 'Oslo', 'Praha', 'Toronto', 'Wien', 'Zürich', 'Ōsaka']

export const sharedNames = [
  'Accounts Payable', 'Applications', 'Archive Requests', 'Billing', 'Careers', 'Contracts', 'Customer Care', 'Deliveries',
  'Facilities', 'Fleet', 'Front Desk', 'Helpdesk', 'Info', 'Invoices', 'Logistics', 'Newsletter', 'Orders', 'Payroll', 'Press',
  'Privacy', 'Procurement', 'Quality', 'Returns', 'Sales Desk', 'Security Alerts', 'Training', 'Travel', 'Warranty'
]

export const roomNames = ['Aspen', 'Birch', 'Cedar', 'Elm', 'Hazel', 'Juniper', 'Larch', 'Maple', 'Oak', 'Rowan', 'Spruce', 'Willow']
export const equipmentNames = ['Projector', 'Van', 'Camera Kit', 'Laptop Trolley', 'Drone']

/** Random numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** A name as it stands in an address: plain ASCII letters, digits and dots. */
export function addressPart(name: string): string {
  return name
    .replace(/ø/gi, 'o').replace(/ł/gi, 'l').replace(/ı/g, 'i').replace(/ß/g, 'ss').replace(/æ/gi, 'ae')
    .normalize('NFKD').replace(/[^a-zA-Z0-9.]/g, '').toLowerCase()
}
