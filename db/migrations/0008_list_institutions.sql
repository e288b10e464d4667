--! breaking: yes
-- One row per institution however many providers offer it, with the text that people search by; what each provider
-- offers stays in `institution`. A page of a refresh is remembered until the refresh is complete, so that a killed one
-- goes on where it was and knows in the end what it has not seen.
CREATE TABLE institution_listing (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  -- without case and accents; sorts by letters alone so that a prefix is a range
  search_name text COLLATE "C" NOT NULL,
  -- the words of the name, and marked ~ those of its other names and its BICs, @ its countries, # its providers; empty
  -- when it is not found any more
  search_terms tsvector NOT NULL,
  countries text[] NOT NULL,
  providers text[] NOT NULL,
  bics text[] NOT NULL,
  hosts text[] NOT NULL,
  bic text,
  website text,
  logo_url text,
  -- 0 some provider offers it now, 1 all that do are in maintenance, 2 none does any more
  availability smallint NOT NULL CHECK (availability BETWEEN 0 AND 2)
);
CREATE INDEX institution_listing_order_idx ON institution_listing (availability, search_name, id)
  WHERE availability < 2;
CREATE INDEX institution_listing_host_idx ON institution_listing USING gin (hosts) WITH (fastupdate = off);
CREATE INDEX institution_listing_name_idx ON institution_listing (search_name) WHERE availability < 2;
CREATE INDEX institution_listing_terms_idx ON institution_listing USING gin (search_terms) WITH (fastupdate = off);

-- every word that some institution is found by: what was mistyped is corrected to these
CREATE TABLE institution_word (
  word text COLLATE "C" PRIMARY KEY
);

-- tolerance of typing errors needs an extension that comes with PostgreSQL, but as a package of its own in places
DO $$
BEGIN
  BEGIN
    -- an extension belongs to the database, so the administrator makes it and not `owner`
    RESET ROLE;
    CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;
  EXCEPTION WHEN undefined_file OR feature_not_supported OR insufficient_privilege THEN
    RAISE WARNING 'pg_trgm cannot be installed here (%): institutions are found by their words and how these begin, without tolerance of typing errors', SQLERRM;
  END;
  SET ROLE owner;
  IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
    CREATE INDEX institution_word_similar_idx ON institution_word USING gin (word gin_trgm_ops) WITH (fastupdate = off);
  END IF;
END $$;

ALTER TABLE institution
  -- the id of a listing is that of its first offer, and every offer's id leads to its listing
  ADD COLUMN offer_id uuid GENERATED ALWAYS AS (
    -- the marks of a uuid that is made of an MD5
    overlay(overlay(md5(provider || '/' || provider_institution_id) PLACING '3' FROM 13) PLACING '8' FROM 17)::uuid
  ) STORED,
  ADD COLUMN listing_id uuid REFERENCES institution_listing ON DELETE SET NULL;
CREATE UNIQUE INDEX institution_offer_idx ON institution (offer_id);
CREATE INDEX institution_listing_idx ON institution (listing_id);
DROP INDEX institution_search_idx;
ALTER TABLE institution DROP COLUMN search_name;

CREATE TABLE institution_page (
  provider text NOT NULL,
  number integer NOT NULL,
  provider_institution_ids text[] NOT NULL,
  -- absent on the last page
  next_page text,
  read_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (provider, number)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON institution_listing, institution_page TO app;
GRANT SELECT, INSERT, DELETE ON institution_word TO app;
GRANT SELECT ON institution_listing TO fleet;
GRANT SELECT ON institution_listing, institution_word, institution_page TO verify;
