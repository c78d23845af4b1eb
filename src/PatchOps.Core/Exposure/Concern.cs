using PatchOps.Core.Exposure.Cpe;
using PatchOps.Core.Exposure.Windows;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;

namespace PatchOps.Core.Exposure;

/// <summary>The packages that a few vulnerabilities concern, so that a question about one of them does not read the whole estate.</summary>
internal sealed class Concern
{
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly HashSet<string> products = new(StringComparer.Ordinal);
    private bool windows;

    public Concern(ICatalogue catalogue, IEnumerable<string> vulnerabilities)
    {
        foreach (var id in vulnerabilities)
        {
            names.UnionWith(catalogue.ChangeLogPackages(id));
            foreach (var record in catalogue.Vulnerability(id))
            {
                foreach (var product in record.Affected)
                {
                    names.Add(product.Name);
                    windows |= product.Ecosystem == WindowsProducts.Ecosystem;
                }
                foreach (var match in record.Cpe?.Matches ?? [])
                    if (CpeName.TryProduct(match.Criteria, out var product)) products.Add(product.ToString().ToLowerInvariant());
            }
        }
    }

    /// <summary>True once a package was seen that a configuration names: then everything that runs beside it counts as well.</summary>
    public bool NeedsAll { get; private set; }

    public bool Holds(InstalledPackage package)
    {
        if (package.Cpe is not null && products.Count > 0 && CpeName.TryParse(package.Cpe, out var cpe) && products.Contains(cpe.Product)) NeedsAll = true;
        if (names.Contains(package.Package) || (package.Source is not null && names.Contains(package.Source))) return true;
        // An update says which of a Windows product's vulnerabilities are closed.
        return windows && (WindowsUpdates.IsUpdate(package) || (package.Ecosystem == WindowsProducts.Ecosystem && WindowsProducts.Spellings(package.Package).Any(names.Contains)));
    }
}
