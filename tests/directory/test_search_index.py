"""What the search promises of order and of reach, however many customers share what was typed."""

import uuid

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fasttrack_portal.accounts.models import User
from fasttrack_portal.accounts.operations import add_membership
from fasttrack_portal.directory import misspelt, search, tokens
from fasttrack_portal.directory.models import CommonWord, Customer, PartnerLink, SearchWord
from fasttrack_portal.directory.operations import add_tenant, create_customer, link_partner, rename_customer


def crowd(cast, names, tpid=""):
    made = Customer.objects.bulk_create([Customer(name=name, tpid=tpid, centre=cast.emea) for name in names])
    search.reindex_many(customer.pk for customer in made)
    return made


def found(user, query, limit=10):
    return [hit.customer.name for hit in search.search(user, query, limit)]


def test_the_exact_name_comes_first_among_thousands(cast):
    crowd(cast, [f"A{number:04} Contoso" for number in range(600)] + [f"Contoso A{number:04}" for number in range(600)])
    assert found(cast.specialist, "contoso")[0] == "Contoso"
    assert search.search(cast.specialist, "CONTOSO")[0].is_exact


def test_the_exact_domain_and_tpid_come_first_among_thousands(cast):
    last = create_customer(name="Zz Last", tpid="6401", centre=cast.emea, by=None)
    add_tenant(last, name="Zz Last", guid=uuid.uuid4(), domains=["con.test"], by=None)
    crowd(cast, [f"Con test {number:04}" for number in range(300)], tpid="64012")
    assert found(cast.specialist, "con.test")[0] == "Zz Last"
    assert found(cast.specialist, "6401")[0] == "Zz Last"


def test_a_few_are_in_the_order_of_their_names(cast):
    crowd(cast, ["Beta Alpha", "Alpha one", "Zeta alphabet", "Álpha Two"])
    assert found(cast.specialist, "alpha") == ["Alpha one", "Álpha Two", "Beta Alpha", "Zeta alphabet"]


def test_of_too_many_those_whose_names_begin_so_are_shown(cast):
    crowd(cast, [f"A{number:03} Mid" for number in range(100)] + [f"Mid {number:03}" for number in range(100)])
    assert found(cast.specialist, "mid") == [f"Mid {number:03}" for number in range(10)]
    assert search.matches(cast.specialist, "mid").are_more


def test_a_page_full_of_names_that_begin_so_reads_no_names_of_others(cast):
    """They are rows all over the table: the more customers there are, the dearer."""
    crowd(cast, [f"A{number:03} 640 Mid" for number in range(100)] + [f"640 Mid {number:03}" for number in range(100)])
    last = create_customer(name="Zz Last", tpid="640", centre=cast.emea, by=None)

    def asked(query):
        with CaptureQueriesContext(connection) as queries:
            ids = search.matches(cast.specialist, query).ids
        return ids, sum("FROM directory_customer" in each["sql"] for each in queries.captured_queries)

    _ids, read = asked("64")
    assert read == 0
    # An exact hit stands first, and what is found by a later word alone is put in order by its name.
    ids, read = asked("640")
    assert (ids[0], read) == (last.pk, 1)
    # One alone has no order.
    ids, read = asked("last")
    assert (ids, read) == ([last.pk], 0)
    ids, read = asked("mid")
    assert (len(ids), read) == (10, 1)


def test_one_customers_many_domains_do_not_hide_the_others(cast):
    many = create_customer(name="Collector", centre=cast.emea, by=None)
    add_tenant(many, name="Collector", guid=uuid.uuid4(), domains=[f"con{n:03}.test" for n in range(200)], by=None)
    add_tenant(cast.fabrikam, name="Zoo", guid=uuid.uuid4(), domains=["con9.test"], by=None)
    assert found(cast.specialist, "con") == ["Collector", "Contoso", "Fabrikam"]


def test_every_word_has_to_begin_a_word(cast):
    crowd(cast, [f"Common {number:03} Ltd" for number in range(300)] + ["Common Needle Ltd"])
    assert found(cast.specialist, "ltd need") == ["Common Needle Ltd"]
    assert found(cast.specialist, "comm needle l") == ["Common Needle Ltd"]
    assert found(cast.specialist, "need common nothing") == []
    assert found(cast.specialist, "needle need") == ["Common Needle Ltd"]
    assert found(cast.specialist, "eedle") == []


@pytest.fixture
def common(cast, monkeypatch):
    """Sixty of each of two words that meet once, in a search for which that is common."""
    monkeypatch.setattr(search, "_FAR", 20)
    monkeypatch.setattr(search, "_FIRST_LOOK", 5)
    monkeypatch.setattr(CommonWord, "FROM", 50)
    crowd(cast, [f"Alpha {number:03}" for number in range(60)] + [f"Beta {number:03}" for number in range(60)])
    crowd(cast, ["Zeta Beta Alpha", "Betamax Alpha", "Alphabet beta"])
    PartnerLink.objects.bulk_create(
        PartnerLink(partner=cast.litware, customer=each) for each in Customer.objects.exclude(pk=cast.contoso.pk)
    )


@pytest.mark.parametrize("who", ["specialist", "litware_partner"])
@pytest.mark.parametrize("pairs", ["pairs", "no pairs"])
def test_common_words_that_hardly_meet_are_found_all_the_same(cast, common, who, pairs):
    search.rebuild() if pairs == "pairs" else search.reindex_many(Customer.objects.values_list("pk", flat=True))
    assert SearchWord.objects.filter(rank=tokens.PAIR).exists() == (pairs == "pairs")
    user = getattr(cast, who)
    assert found(user, "alpha beta") == ["Alphabet beta", "Betamax Alpha", "Zeta Beta Alpha"]
    assert found(user, "bet alph") == ["Alphabet beta", "Betamax Alpha", "Zeta Beta Alpha"]
    assert found(user, "beta alpha zet") == ["Zeta Beta Alpha"]
    assert not search.matches(user, "beta alpha").is_cut
    assert found(cast.partner, "alpha beta") == []


def test_pairs_of_common_words_follow_a_rename(cast, common):
    search.rebuild()
    customer = Customer.objects.get(name="Alpha 007")
    rename_customer(customer, name="Alpha 007 Beta", version=customer.version, by=cast.admin)
    assert "Alpha 007 Beta" in found(cast.litware_partner, "beta alpha")
    rename_customer(customer, name="Gamma", version=customer.version, by=cast.admin)
    assert SearchWord.objects.filter(rank=tokens.PAIR, customer=customer).count() == 0


def test_where_not_all_was_compared_it_says_so(cast, common, monkeypatch, sign_in):
    """Beginnings of a letter or two, all of them common, that meet nowhere in sight."""
    monkeypatch.setattr(search, "_LOOKED_AT", 30)
    crowd(cast, [f"G{number:03}" for number in range(60)])
    assert search.matches(cast.specialist, "g al") == ([], False, True)
    client = sign_in(cast.specialist)
    for path in ("/customers/find/", "/customers/"):
        page = client.get(path, {"q": "g al"}).content.decode()
        assert "not every customer was compared" in page
    assert "No customer of yours matches" not in client.get("/customers/find/", {"q": "g al"}).content.decode()


def stored():
    return set(SearchWord.objects.values_list("audience", "rank", "word", "customer"))


def test_all_made_anew_are_the_same_as_one_by_one(cast, common):
    """Also the odd ones: signs alone, tabs and backslashes, a customer without a text, links that have ended."""
    odd = crowd(cast, ["!!!", "a\\b \t c", "\\N", "…", "Ünïcode Ａ １", "x" * 200, "beta alpha gamma"])
    add_tenant(odd[0], name="Alpha Beta", guid=uuid.uuid4(), domains=["beta.alpha.test", "xn--mnchen-3ya.x"], by=None)
    link_partner(cast.litware, odd[4], by=None)
    PartnerLink.objects.filter(partner=cast.northwind).update(status="ended")
    assert search.rebuild() == Customer.objects.count()
    anew = stored()
    assert {row[1] for row in anew} == {0, 1, 2, 3}
    SearchWord.objects.all().delete()
    search.reindex_many(Customer.objects.values_list("pk", flat=True))
    assert stored() == anew
    search.reindex_many(Customer.objects.values_list("pk", flat=True))
    assert stored() == anew


def test_the_command_makes_the_search_anew(cast, capsys):
    SearchWord.objects.all().delete()
    call_command("rebuild_search")
    assert "2 customers are in the search" in capsys.readouterr().out
    assert found(cast.partner, "contoso") == ["Contoso"]


def test_what_is_made_anew_has_the_same_table_and_indexes(cast):
    def shape():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT indexdef FROM pg_indexes WHERE tablename = 'directory_searchword'"
                " UNION SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE conrelid = 'directory_searchword'::regclass AND contype <> 'n'"
                " UNION SELECT attname || atttypid::regtype || attnotnull || attcollation::regcollation"
                " FROM pg_attribute WHERE attrelid = 'directory_searchword'::regclass AND attnum > 0"
            )
            return {row[0] for row in cursor.fetchall()}

    before = shape()
    search.rebuild()
    assert shape() == before
    search.rebuild()
    assert shape() == before


def test_a_partner_reads_no_text_of_others(cast):
    crowd(cast, [f"Contoso {number:03}" for number in range(50)])
    assert found(cast.partner, "contoso") == ["Contoso"]
    assert set(SearchWord.objects.filter(audience=cast.northwind.pk).values_list("customer", flat=True)) == {
        cast.contoso.pk
    }
    assert not SearchWord.objects.filter(audience=cast.litware.pk).exists()


def test_a_stale_text_opens_nothing(cast):
    """The index finds, `visible_to` decides."""
    SearchWord.objects.create(audience=cast.litware.pk, rank=tokens.NAME, word="contoso", customer=cast.contoso)
    assert found(cast.litware_partner, "contoso") == []
    assert search.near(cast.litware_partner, "contosso") == []


def test_somebody_of_two_partners_finds_both_parts(cast):
    link_partner(cast.litware, cast.fabrikam, by=cast.fabrikam_lead)
    add_membership(cast.partner, role="partner_member", partner=cast.litware, by=None)
    both = User.objects.get(pk=cast.partner.pk)
    assert found(both, "contoso") == ["Contoso"]
    assert found(both, "fabrikam") == ["Fabrikam"]
    link_partner(cast.litware, cast.contoso, by=cast.lead)
    assert found(both, "contoso ret") == ["Contoso"]


@pytest.mark.parametrize(
    "query", ["MULLER", "müller", "Müller GmbH", "gmbh mul", "münchen.example", "xn--mnchen-3ya.example"]
)
def test_accents_and_international_domains(cast, query):
    customer = create_customer(name="Müller GmbH", centre=cast.emea, by=None)
    add_tenant(customer, name="Müller", guid=uuid.uuid4(), domains=["xn--mnchen-3ya.example"], by=None)
    assert found(cast.specialist, query) == ["Müller GmbH"]


def test_many_at_once_are_the_same_as_one_by_one(cast):
    before = set(SearchWord.objects.values_list("audience", "rank", "word", "customer"))
    SearchWord.objects.all().delete()
    assert search.reindex_many([cast.contoso.pk, cast.fabrikam.pk]) == 2
    assert set(SearchWord.objects.values_list("audience", "rank", "word", "customer")) == before
    assert before == {
        (audience, rank, word, cast.contoso.pk)
        for audience in (0, cast.northwind.pk)
        for rank, word in [
            (0, "contoso"), (1, "640114"), (1, "contoso example"), (1, "contoso retail example"),
            (2, "retail example"),
        ]
    } | {(0, 0, "fabrikam", cast.fabrikam.pk), (0, 1, "640115", cast.fabrikam.pk),
         (0, 1, "fabrikam example", cast.fabrikam.pk)}  # fmt: skip


def test_a_rename_writes_only_what_differs(cast):
    with CaptureQueriesContext(connection) as few:
        search.reindex(cast.contoso)
    rename_customer(cast.contoso, name="Contoso Ltd", version=cast.contoso.version, by=cast.admin)
    assert found(cast.partner, "ltd") == ["Contoso Ltd"]
    PartnerLink.objects.update(status="ended")
    crowd(cast, [])
    with CaptureQueriesContext(connection) as again:
        search.reindex(cast.contoso)
    assert len(few) == len(again)
    assert found(cast.partner, "contoso") == []


def test_nobody_is_found_by_a_top_level_domain(cast):
    assert found(cast.specialist, "example") == []
    assert found(cast.specialist, "retail.example") == ["Contoso"]


def test_tokens_leave_out_what_another_begins_with():
    assert tokens.tokens("Contoso Retail", "12", ["Contoso", "Contoso Retail"], []) == {
        (tokens.NAME, "contoso retail"),
        (tokens.ADDRESS, "12"),
        (tokens.WORD, "retail"),
    }
    assert tokens.tokens("!!!", "", [""], ["x"]) == {(tokens.NAME, "!!!"), (tokens.ADDRESS, "x")}
    assert tokens.tokens("", "", [], []) == set()


# --- Misspelt ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def trigrams(cast):
    if misspelt.enable() != "present":
        pytest.skip("this PostgreSQL has no pg_trgm")
    yield
    misspelt.is_offered.cache_clear()


@pytest.mark.parametrize("typed", ["contsoo", "kontoso", "contosso"])
def test_a_misspelt_name_is_offered(cast, sign_in, trigrams, typed):
    assert search.near(cast.partner, typed) == ["Contoso"]
    assert search.near(cast.litware_partner, typed) == []
    page = sign_in(cast.partner).get("/customers/find/", {"q": typed}).content.decode()
    assert "Did you mean" in page
    assert 'href="/customers/find/?q=Contoso"' in page


def test_without_the_extension_nothing_is_offered_and_nothing_breaks(cast, sign_in, monkeypatch):
    monkeypatch.setattr(misspelt, "is_offered", lambda: False)
    assert search.near(cast.partner, "contsoo") == []
    page = sign_in(cast.partner).get("/customers/find/", {"q": "contsoo"}).content.decode()
    assert "No customer of yours matches" in page
    assert "Did you mean" not in page


def test_the_command_says_what_came_of_it(db, capsys):
    call_command("search_extensions")
    assert "search" in capsys.readouterr().out
    misspelt.is_offered.cache_clear()


# --- The list ---------------------------------------------------------------------------------------------------------
def test_the_list_is_searched_in_its_address(cast, sign_in):
    client = sign_in(cast.specialist)
    page = client.get("/customers/?q=fab&sort=-name").content.decode()
    assert ">Fabrikam</a>" in page
    assert ">Contoso</a>" not in page
    assert 'value="fab"' in page
    assert 'name="sort" value="-name"' in page
    assert "No customer matches" in client.get("/customers/?q=nobody").content.decode()


def test_a_customers_people_cannot_search_the_list(cast, sign_in):
    page = sign_in(cast.lead).get("/customers/?q=fabrikam").content.decode()
    assert ">Contoso</a>" in page
    assert 'id="customer-q"' not in page
    assert ">Fabrikam</a>" not in page


def test_a_list_cut_short_says_so(cast, sign_in):
    crowd(cast, [f"Many {number:04}" for number in range(510)])
    page = sign_in(cast.specialist).get("/customers/?q=many").content.decode()
    assert "More customers match than are listed" in page
