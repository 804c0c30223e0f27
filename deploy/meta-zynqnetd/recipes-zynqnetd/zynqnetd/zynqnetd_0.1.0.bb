SUMMARY = "Camera classifier for Zynq-7000: camera in, MQTT classifications out"
SECTION = "net"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://licences/LICENSE;md5=ab0ce191261f962979eaaa595c2ac2bd"

# The bundle's architecture-independent half: compiled JavaScript, packages (sharp's ARM binaries among them),
# model, configuration and service files. The addon comes from its own recipe, Node from zynqnetd-node.
SRC_URI = "file://zynqnetd-${PV}-${ZYNQNETD_BOARD}-yocto.tar.zst;subdir=bundle"
FILESEXTRAPATHS:prepend := "${ZYNQNETD_BUNDLES}:"
S = "${UNPACKDIR}/bundle"

inherit systemd update-rc.d useradd

COMPATIBLE_HOST = "arm.*-linux-gnueabi"
RDEPENDS:${PN} = "zynqnetd-addon ${ZYNQNETD_NODE}"
RRECOMMENDS:${PN} = "kernel-module-u-dma-buf"

USERADD_PACKAGES = "${PN}"
USERADD_PARAM:${PN} = "--system --no-create-home --home-dir ${localstatedir}/lib/zynqnetd --shell /bin/false --groups video --user-group zynqnetd"

SYSTEMD_SERVICE:${PN} = "zynqnetd.service"
INITSCRIPT_NAME = "zynqnetd"
INITSCRIPT_PARAMS = "start 95 2 3 4 5 . stop 20 0 1 6 ."

do_configure[noexec] = "1"
do_compile[noexec] = "1"

# Same layout as the installer's: a later `deploy/install.sh` updates an image made here.
ZYNQNETD_DIR = "/opt/zynqnetd/versions/${PV}"

do_install() {
    install -d ${D}${ZYNQNETD_DIR}
    cp -R --no-dereference --preserve=mode,links ${S}/. ${D}${ZYNQNETD_DIR}/
    ln -s versions/${PV} ${D}/opt/zynqnetd/current
    install -d ${D}${ZYNQNETD_DIR}/app/prebuilds/linux-arm
    ln -s ${libdir}/zynqnetd/zynqnet.node ${D}${ZYNQNETD_DIR}/app/prebuilds/linux-arm/zynqnet.armv7.glibc.node

    install -D -m 0640 ${S}/config/zynqnetd.yaml ${D}${sysconfdir}/zynqnetd/zynqnetd.yaml
    install -d -m 0750 ${D}${localstatedir}/lib/zynqnetd
    chown -R zynqnetd:zynqnetd ${D}${sysconfdir}/zynqnetd ${D}${localstatedir}/lib/zynqnetd

    install -D -m 0644 ${S}/service/60-zynqnetd.rules ${D}${sysconfdir}/udev/rules.d/60-zynqnetd.rules
    if ${@bb.utils.contains('DISTRO_FEATURES', 'systemd', 'true', 'false', d)}; then
        install -D -m 0644 ${S}/service/zynqnetd.service ${D}${systemd_system_unitdir}/zynqnetd.service
    fi
    if ${@bb.utils.contains('DISTRO_FEATURES', 'sysvinit', 'true', 'false', d)}; then
        install -D -m 0755 ${S}/service/zynqnetd.init ${D}${sysconfdir}/init.d/zynqnetd
        install -D -m 0755 ${S}/service/zynqnetd-clock.init ${D}${sysconfdir}/init.d/zynqnetd-clock
        install -d ${D}${sysconfdir}/rc5.d
        ln -s ../init.d/zynqnetd-clock ${D}${sysconfdir}/rc5.d/S60zynqnetd-clock
    fi
}

FILES:${PN} = "/opt/zynqnetd ${sysconfdir} ${localstatedir}/lib/zynqnetd ${systemd_system_unitdir}"
CONFFILES:${PN} = "${sysconfdir}/zynqnetd/zynqnetd.yaml"
# sharp's prebuilt libvips is stripped already and brings its own libraries.
INSANE_SKIP:${PN} = "already-stripped file-rdeps libdir ldflags"
INHIBIT_PACKAGE_STRIP = "1"
INHIBIT_SYSROOT_STRIP = "1"

# Images with busybox's mdev instead of udev: its one file belongs to busybox, so our lines go to its end.
pkg_postinst:${PN} () {
    if [ -f $D${sysconfdir}/mdev.conf ] && ! grep -q zynqnetd $D${sysconfdir}/mdev.conf; then
        cat $D${ZYNQNETD_DIR}/service/mdev.conf.zynqnetd >> $D${sysconfdir}/mdev.conf
    fi
}
