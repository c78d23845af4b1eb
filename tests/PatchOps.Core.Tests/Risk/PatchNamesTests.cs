using PatchOps.Core.Risk;

namespace PatchOps.Core.Tests.Risk;

public class PatchNamesTests
{
    [Theory]
    [InlineData("deb:openssl/3.0.11", "deb:openssl", "DEB")]
    [InlineData("rpm:kernel/5.14.0-1", "rpm:kernel", "RPM")]
    [InlineData("KB5034441", "KB", "KB")]
    [InlineData("RHSA-2024:1", "RHSA", "RHSA")]
    [InlineData("pkg:npm/lodash@4.17.21", "pkg:npm/lodash", "NPM")]
    [InlineData("pkg:npm/@scope/name@1.0.0", "pkg:npm/@scope/name", "NPM")]
    [InlineData("pkg:npm/%40scope/name@1.0.0", "pkg:npm/%40scope/name", "NPM")]
    [InlineData("pkg:golang/github.com/a/b@v1.2/x?type=module", "pkg:golang/github.com/a/b", "GOLANG")]
    [InlineData("pkg:pypi/django", "pkg:pypi/django", "PYPI")]
    [InlineData("pkg:", "pkg:", "")]
    public void Product_and_vendor_are_read_from_the_id(string patch, string product, string vendor) =>
        Assert.Equal((product, vendor), (PatchNames.Product(patch), PatchNames.Vendor(patch)));
}
