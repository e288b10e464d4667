/** Attributes of an institution that the published recordings leave out. */
export const institutionAttributes = [
  'country',
  'bic',
  'status',
  'logoUrl',
  'primaryColor',
  'secondaryColor',
  'sharedBrandName',
  'sharedBrandReference',
  'timeZone',
  'maintenanceFrom',
  'maintenanceTo',
  'maintenanceType',
  'pendingTransactionsAvailable',
  'expectedAuthorizationLifetime',
]
