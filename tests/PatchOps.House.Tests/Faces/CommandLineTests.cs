using PatchOps.Cli;

namespace PatchOps.House.Tests.Faces;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("asset get --top 3", "--top")]
    [InlineData("feed import one.json --knd Epss", "--knd")]
    [InlineData("risk get --asset web1 --statsu Affected", "--statsu")]
    [InlineData("asset get web1 --store x.db --json", null)]
    [InlineData("asset get -- --top", null)]
    [InlineData("cvss score -", null)]
    public void A_slip_in_an_options_name_is_told_and_not_taken_for_a_value(string line, string? unknown) =>
        Assert.Equal(unknown, Verbs.UnknownOption(Verbs.Build().Parse(line.Split(' '))));
}
