using System.Globalization;

namespace PatchOps.Core.Seams;

/// <summary>How leased things are named, in one place: journal and runner must agree.</summary>
public static class LeaseNames
{
    public static string Wave(string planId, int wave) => string.Create(CultureInfo.InvariantCulture, $"wave/{planId}/{wave}");
}
