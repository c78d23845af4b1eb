using PatchOps.Core.Governance.Exceptions;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Governance.Exceptions;

public sealed class ExceptionTests
{
    private static readonly DateTimeOffset Made = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("EPSS<0.05", "EPSS<0.05")]
    [InlineData(" epss < .5 ", "EPSS<0.5")]
    [InlineData("EPSS<1", "EPSS<1")]
    [InlineData("nokev", "NoKev")]
    [InlineData("NoIncident", "NoIncident")]
    public void A_premise_reads_back_as_it_is_stored(string text, string stored)
    {
        var premise = ExceptionPremise.Parse(text);
        Assert.Equal(stored, premise.ToString());
        Assert.Equal(premise, ExceptionPremise.Parse(stored));
    }

    [Theory]
    [InlineData("")]
    [InlineData("EPSS")]
    [InlineData("EPSS<")]
    [InlineData("EPSS<0")]
    [InlineData("EPSS<1.01")]
    [InlineData("EPSS<-0.1")]
    [InlineData("EPSS<0,05")]
    [InlineData("EPSS<NaN")]
    [InlineData("EPSS>0.05")]
    [InlineData("KEV")]
    public void An_unknown_premise_is_named_with_those_that_are_known(string text)
    {
        var failure = Assert.Throws<FailureException>(() => ExceptionPremise.Parse(text)).Failure;
        Assert.Equal("PremiseUnknown", failure.Code);
        Assert.Contains($"'{text}'", failure.Message);
        Assert.Contains("NoIncident", failure.Remedy);
    }

    [Theory]
    [InlineData(0.0499, true)]
    [InlineData(0.05, false)]
    [InlineData(0.9, false)]
    [InlineData(null, true)]
    public void An_epss_at_or_above_the_number_breaks_the_premise(double? epss, bool holds) =>
        Assert.Equal(holds, ExceptionPremise.Parse("EPSS<0.05").BrokenBy(new ThreatFacts { Id = "CVE-2026-1", Epss = epss }) is null);

    [Fact]
    public void A_kev_entry_breaks_only_the_premise_about_kev()
    {
        var listed = new ThreatFacts { Id = "CVE-2026-1", KevAdded = new DateOnly(2026, 4, 1) };
        Assert.Contains("CVE-2026-1 since 2026-04-01", ExceptionPremise.Parse("NoKev").BrokenBy(listed));
        Assert.Null(ExceptionPremise.Parse("EPSS<0.05").BrokenBy(listed));
        Assert.Null(ExceptionPremise.Parse("NoIncident").BrokenBy(listed));
        Assert.Null(ExceptionPremise.Parse("NoKev").BrokenBy(listed with { InForce = false }));
    }

    [Fact]
    public void Its_end_is_the_first_moment_at_which_it_no_longer_counts()
    {
        var exception = Sample();
        Assert.Equal(PatchExceptionState.Active, ExceptionRules.At(exception, exception.Until.AddTicks(-1), null).State);
        var ended = ExceptionRules.At(exception, exception.Until, null);
        Assert.Equal((PatchExceptionState.Expired, "it expired on 2026-04-01"), (ended.State, ended.Reason));
    }

    [Fact]
    public void A_past_day_does_not_know_of_a_later_revocation()
    {
        var revoked = Sample() with { Revoked = Made.AddDays(5), RevokedBy = "eve", RevocationJustification = "the audit asked" };
        var before = ExceptionRules.At(revoked, Made.AddDays(4), null);
        Assert.Equal((PatchExceptionState.Active, null, null), (before.State, before.Revoked, before.RevokedBy));
        var after = ExceptionRules.At(revoked, Made.AddDays(5), "its premise fails");
        Assert.Equal((PatchExceptionState.Revoked, "eve revoked it on 2026-03-06: the audit asked"), (after.State, after.Reason));
    }

    [Fact]
    public void The_reason_tells_which_decision_ended_and_why()
    {
        var broken = ExceptionRules.At(Sample() with { ApprovedBy = "CISO" }, Made.AddDays(1), "its premise NoKev does not hold");
        Assert.Equal(PatchExceptionState.PremiseBroken, broken.State);
        Assert.Equal("The risk acceptance EXC-1 of 2026-03-01, approved by CISO, ended because its premise NoKev does not hold.", ExceptionRules.Tell(broken));
    }

    [Fact]
    public void What_contradicts_itself_is_no_exception()
    {
        Assert.Throws<ArgumentException>(() => (Sample() with { Cve = [" "] }).Validated());
        Assert.Throws<ArgumentException>(() => (Sample() with { Until = Made }).Validated());
        Assert.Throws<ArgumentException>(() => (Sample() with { Revoked = Made.AddDays(-1) }).Validated());
        Assert.Throws<ArgumentException>(() => Sample() with { Justification = " " });
    }

    private static PatchException Sample() => new()
    {
        Id = "EXC-1", Kind = PatchExceptionKind.RiskAcceptance, Cve = ["CVE-2026-1"], Justification = "isolated", Author = "ann", Created = Made, Until = new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero),
    };
}
