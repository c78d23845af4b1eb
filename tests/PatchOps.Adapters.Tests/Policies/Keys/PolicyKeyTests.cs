using PatchOps.Core.Governance;

namespace PatchOps.Adapters.Tests.Policies.Keys;

/// <summary>Every key of the policy outside of its risk section changes something that a user sees: a key without effect is a defect.</summary>
public sealed class PolicyKeyTests(PolicyEstate estate) : IClassFixture<PolicyEstate>
{
    public static TheoryData<string> Keys => [.. PolicyCases.All.Select(c => c.Key)];

    [Fact]
    public void Every_key_has_a_case() => Assert.Equal(PolicyKeys.All, PolicyCases.All.Select(c => c.Key).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task Changing_a_key_changes_what_users_see(string key)
    {
        var change = Assert.Single(PolicyCases.All, c => c.Key == key);
        var before = await estate.SeenAsync(change.PolicyBefore, change.View);
        var after = await estate.SeenAsync(change.PolicyAfter, change.View);
        Assert.DoesNotContain("PolicyInvalid", before + after, StringComparison.Ordinal);
        Assert.True(before != after, $"{change.PolicyBefore} and {change.PolicyAfter} show the same: {before}");
    }

    /// <summary>Nothing but the policy makes the difference.</summary>
    [Fact]
    public async Task The_same_policy_shows_the_same()
    {
        foreach (var view in Enum.GetValues<PolicyView>()) Assert.Equal(await estate.SeenAsync("{}", view), await estate.SeenAsync("{}", view));
    }
}
