// Rules of AXI4-Lite at the register slave, as assertions on both sides. Simulation only.
`default_nettype none
module zn_lite_check (
    input wire        clk_i,
    input wire        rst_i,
    input wire        awvalid_i,
    input wire        awready_i,
    input wire [11:0] awaddr_i,
    input wire        wvalid_i,
    input wire        wready_i,
    input wire [31:0] wdata_i,
    input wire [3:0]  wstrb_i,
    input wire        bvalid_i,
    input wire        bready_i,
    input wire [1:0]  bresp_i,
    input wire        arvalid_i,
    input wire        arready_i,
    input wire [11:0] araddr_i,
    input wire        rvalid_i,
    input wire        rready_i,
    input wire [31:0] rdata_i,
    input wire [1:0]  rresp_i
);
  aw_waits: assert property (@(posedge clk_i) disable iff (rst_i) awvalid_i && !awready_i |=> awvalid_i && $stable(awaddr_i)) else $error("lite AW changed while waiting");
  w_waits: assert property (@(posedge clk_i) disable iff (rst_i) wvalid_i && !wready_i |=> wvalid_i && $stable(wdata_i) && $stable(wstrb_i)) else $error("lite W changed while waiting");
  b_waits: assert property (@(posedge clk_i) disable iff (rst_i) bvalid_i && !bready_i |=> bvalid_i && $stable(bresp_i)) else $error("lite B changed while waiting");
  ar_waits: assert property (@(posedge clk_i) disable iff (rst_i) arvalid_i && !arready_i |=> arvalid_i && $stable(araddr_i)) else $error("lite AR changed while waiting");
  r_waits: assert property (@(posedge clk_i) disable iff (rst_i) rvalid_i && !rready_i |=> rvalid_i && $stable(rdata_i) && $stable(rresp_i)) else $error("lite R changed while waiting");
  resp_legal: assert property (@(posedge clk_i) disable iff (rst_i) !(bvalid_i && bresp_i == 2'b01) && !(rvalid_i && rresp_i == 2'b01)) else $error("lite EXOKAY");

  // One response for every access, never before it
  logic [1:0] addresses, words, reads;
  wire aw = awvalid_i && awready_i;
  wire w = wvalid_i && wready_i;
  wire b = bvalid_i && bready_i;
  wire ar = arvalid_i && arready_i;
  wire r = rvalid_i && rready_i;
  always_ff @(posedge clk_i) begin
    addresses <= addresses + 2'(aw) - 2'(b);
    words     <= words + 2'(w) - 2'(b);
    reads     <= reads + 2'(ar) - 2'(r);
    if (rst_i) {addresses, words, reads} <= '0;
  end
  b_wanted: assert property (@(posedge clk_i) disable iff (rst_i) bvalid_i |-> addresses != '0 && words != '0) else $error("lite B without a write");
  r_wanted: assert property (@(posedge clk_i) disable iff (rst_i) rvalid_i |-> reads != '0) else $error("lite R without a read");
  one_write: assert property (@(posedge clk_i) disable iff (rst_i) addresses < 2'd2 && words < 2'd2) else $error("lite: two writes under way");
  one_read: assert property (@(posedge clk_i) disable iff (rst_i) reads < 2'd2) else $error("lite: two reads under way");
endmodule
`default_nettype wire
