// zn_axi_check for every port of zn_top. Simulation only.
`default_nettype none
module zn_port_checks #(
    parameter int PORTS = 1
) (
    input wire                 clk_i,
    input wire                 rst_i,
    input wire [PORTS-1:0]     arvalid_i,
    input wire [PORTS-1:0]     arready_i,
    input wire [PORTS*32-1:0]  araddr_i,
    input wire [PORTS*8-1:0]   arlen_i,
    input wire [PORTS-1:0]     rvalid_i,
    input wire [PORTS-1:0]     rready_i,
    input wire [PORTS*64-1:0]  rdata_i,
    input wire [PORTS*2-1:0]   rresp_i,
    input wire [PORTS-1:0]     rlast_i,
    input wire [PORTS-1:0]     awvalid_i,
    input wire [PORTS-1:0]     awready_i,
    input wire [PORTS*32-1:0]  awaddr_i,
    input wire [PORTS*8-1:0]   awlen_i,
    input wire [PORTS-1:0]     wvalid_i,
    input wire [PORTS-1:0]     wready_i,
    input wire [PORTS*64-1:0]  wdata_i,
    input wire [PORTS-1:0]     wlast_i,
    input wire [PORTS-1:0]     bvalid_i,
    input wire [PORTS-1:0]     bready_i,
    input wire [PORTS*2-1:0]   bresp_i
);
  for (genvar p = 0; p < PORTS; p++) begin : g_port
    zn_axi_check u_check (
        .clk_i, .rst_i, .arvalid_i(arvalid_i[p]), .arready_i(arready_i[p]), .araddr_i(araddr_i[p*32+:32]),
        .arlen_i(arlen_i[p*8+:8]), .rvalid_i(rvalid_i[p]), .rready_i(rready_i[p]), .rdata_i(rdata_i[p*64+:64]),
        .rresp_i(rresp_i[p*2+:2]), .rlast_i(rlast_i[p]), .awvalid_i(awvalid_i[p]), .awready_i(awready_i[p]),
        .awaddr_i(awaddr_i[p*32+:32]), .awlen_i(awlen_i[p*8+:8]), .wvalid_i(wvalid_i[p]), .wready_i(wready_i[p]),
        .wdata_i(wdata_i[p*64+:64]), .wlast_i(wlast_i[p]), .bvalid_i(bvalid_i[p]), .bready_i(bready_i[p]),
        .bresp_i(bresp_i[p*2+:2]));
  end
endmodule
`default_nettype wire
